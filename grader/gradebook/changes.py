"""Who would gain or lose what, before anything is written."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from grader.gradebook.store import Gradebook, reading
from grader.gradebook.tables import ATTEMPTS, CURRENT, RESULTS, STUDENTS, SUBMISSIONS
from grader.gradebook.values import Change, HandIn
from grader.model import Report

_STUDENTS = (
    select(STUDENTS.c.key)
    .join(ATTEMPTS, ATTEMPTS.c.student_id == STUDENTS.c.id)
    .join(SUBMISSIONS, SUBMISSIONS.c.id == ATTEMPTS.c.submission_id)
    .where(SUBMISSIONS.c.digest == bindparam("digest"))
)
_COUNTING = (
    select(RESULTS.c.exercise, RESULTS.c.points, RESULTS.c.max_points, RESULTS.c.outcome)
    .join(CURRENT, CURRENT.c.result_id == RESULTS.c.id)
    .join(SUBMISSIONS, SUBMISSIONS.c.id == CURRENT.c.submission_id)
    .where(SUBMISSIONS.c.digest == bindparam("digest"))
)
"""Statements are built once: to build one takes longer than to run it."""


def changed(gradebook: Gradebook, handed: HandIn, report: Report) -> tuple[Change, ...]:
    """Return what recording a report would change: for who hands it in, and for all who handed in the same bytes."""
    with reading(gradebook) as connection:
        rows = connection.execute(_COUNTING, {"digest": handed.digest}).all()
        same = connection.execute(_STUDENTS, {"digest": handed.digest}).scalars()
        students = sorted({*same, handed.student.key})
    before = {exercise: (points, most, outcome) for exercise, points, most, outcome in rows}
    changes = []
    for result in report.results:
        old = before.get(result.exercise)
        if old == (result.points, result.max_points, str(result.outcome)):
            continue
        points, outcome = (old[0], old[2]) if old else (None, "")
        changes += [
            Change(key, result.exercise, points, result.points, result.max_points, outcome, str(result.outcome))
            for key in students
        ]
    return tuple(changes)
