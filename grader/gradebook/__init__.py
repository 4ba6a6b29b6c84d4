"""What has been graded, in a database: SQLite in a file by default, any other that SQLAlchemy knows by URL.

A hand-in is recorded in one transaction, so a process that is killed at any moment leaves whole records or none. Bytes that
were graded are known by their digest, and what they were graded against by a `TaskKey`; recording the same again changes
nothing. Nothing is ever overwritten: a regrade adds rows and moves a pointer, and an instructor's override stands apart.
"""

from grader.gradebook.answers import (
    Answer,
    CaseLoss,
    HandedIn,
    answers,
    attempt_reports,
    case_losses,
    counting_report,
    hand_ins,
    report_states,
    sources,
)
from grader.gradebook.changes import changed
from grader.gradebook.grades import grades
from grader.gradebook.history import Attempt, Step, history
from grader.gradebook.overrides import Override, override, overrides
from grader.gradebook.people import enroll, student, students
from grader.gradebook.policies import load_policy, save_policy
from grader.gradebook.policy import Extension, LateStep, Policy, read_policy
from grader.gradebook.record import known, record
from grader.gradebook.store import Gradebook, close, connect, opened
from grader.gradebook.stored import evidence_digest, reports
from grader.gradebook.values import Change, ExerciseGrade, Grade, HandIn, TaskKey

__all__ = [
    "Answer",
    "Attempt",
    "CaseLoss",
    "Change",
    "ExerciseGrade",
    "Extension",
    "Grade",
    "Gradebook",
    "HandIn",
    "HandedIn",
    "LateStep",
    "Override",
    "Policy",
    "Step",
    "TaskKey",
    "answers",
    "attempt_reports",
    "case_losses",
    "changed",
    "close",
    "connect",
    "counting_report",
    "enroll",
    "evidence_digest",
    "grades",
    "hand_ins",
    "history",
    "known",
    "load_policy",
    "opened",
    "override",
    "overrides",
    "read_policy",
    "record",
    "report_states",
    "reports",
    "save_policy",
    "sources",
    "student",
    "students",
]
