"""What a class report shows, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from grader.gradebook import ExerciseGrade
from grader.intake import Student
from grader.model import Report


@dataclass(frozen=True)
class Loss:
    """Where points went: a case, a finding, lateness; `students` is how many lost there. Points may be negative."""

    name: str
    points: float
    students: int
    rule: str = ""


@dataclass(frozen=True)
class AnswerGroup:
    """One answer group: `report` is the example's, with this exercise alone; None where it is one of many that nobody shares.

    `lead` is the rule that the example is told first. `named`: that is a misconception's sentence.
    """

    id: str
    students: tuple[Student, ...]
    report: Report | None
    lead: str
    named: bool

    @property
    def shared(self) -> bool:
        """Whether more than one student made it."""
        return len(self.students) > 1


@dataclass(frozen=True)
class ExerciseView:
    """One exercise: everyone's points, and where the rest went; each list of losses has the sum `lost`.

    `mistakes` are the largest first. `seconds` are pairs of a worker's seconds and the student's key.
    """

    name: str
    max_points: float
    points: tuple[float, ...]
    ungraded: int
    lost: float
    by_case: tuple[Loss, ...]
    by_finding: tuple[Loss, ...]
    mistakes: tuple[AnswerGroup, ...]
    seconds: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Row:
    """One student: the same numbers as `grade export`. `points` is None where the grader failed at an exercise."""

    student: Student
    points: float | None
    exercises: tuple[ExerciseGrade, ...]
    ungraded: frozenset[str]
    handed_in: datetime | None


@dataclass(frozen=True)
class Overview:
    """One assignment of a class. `rows` have handed something in, `missing` have not."""

    title: str
    max_points: float
    exercises: tuple[ExerciseView, ...]
    rows: tuple[Row, ...]
    missing: tuple[Student, ...]
    deadline: datetime | None
