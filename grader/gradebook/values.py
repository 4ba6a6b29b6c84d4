"""What goes into a gradebook and comes out of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from grader.cache import digest
from grader.intake import Student
from grader.model import Submission


@dataclass(frozen=True)
class TaskKey:
    """All that a verdict depends on besides the submission: equal keys and equal bytes give equal verdicts."""

    exercise: str
    exercise_digest: str
    reference_digest: str
    seed: int
    grader: str
    torch: str

    @cached_property
    def digest(self) -> str:
        """One name for all of it."""
        return digest(
            "task", self.exercise, self.exercise_digest, self.reference_digest, self.seed, self.grader, self.torch
        )


@dataclass(frozen=True)
class HandIn:
    """One student's file: whose, which bytes (`Submission.digest`), under what name, and when (UTC).

    `source` is what was read from it; it is kept so that similar code can be found and a mistake's code be shown.
    """

    student: Student
    digest: str
    file: str
    handed_in: datetime | None = None
    late: bool = False
    assignment: str = ""
    source: Submission | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Change:
    """What a regrade would change of one exercise of one student; `before` is None where nothing was recorded."""

    student: str
    exercise: str
    before: float | None
    after: float
    max_points: float
    outcome_before: str
    outcome_after: str


@dataclass(frozen=True)
class ExerciseGrade:
    """What counts of one exercise. `earned` is what the grader gave, `points` what is left after lateness or an override.

    `late_s`: seconds after the student's own deadline. `by`: who overrode, or nothing. `result`: the row that counts.
    """

    exercise: str
    outcome: str
    points: float
    max_points: float
    earned: float = 0.0
    late_s: float = 0.0
    file: str = ""
    comment: str = ""
    by: str = ""
    result: int | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Grade:
    """One student's grade: the sum over the exercises that are not dropped. `handed_in`: anything at all."""

    student: Student
    exercises: tuple[ExerciseGrade, ...]
    points: float
    max_points: float
    handed_in: bool
