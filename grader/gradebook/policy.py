"""What counts, as data: which attempt, what lateness costs, who has longer, what is dropped. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from grader.errors import Mistake
from grader.gradebook.values import ExerciseGrade
from grader.model import Outcome, Value
from grader.submission import read_bytes

Hours = Annotated[float, msgspec.Meta(ge=0)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Aware = Annotated[datetime, msgspec.Meta(tz=True)]


class LateStep(Value, frozen=True, kw_only=True):
    """From more than so many hours after the deadline on, this share of the points is lost."""

    after_hours: Hours
    loses: Share


class Extension(Value, frozen=True, kw_only=True):
    """So many hours longer for one student (by key), and why."""

    hours: Hours
    why: str = ""


class Policy(Value, frozen=True, kw_only=True):
    """How attempts become a grade. The last late step that applies counts; without a deadline nothing is late."""

    attempt: Literal["best", "last"] = "best"
    deadline: Aware | None = None
    late: tuple[LateStep, ...] = ()
    extensions: dict[str, Extension] = msgspec.field(default_factory=dict)
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tried:
    """One attempt at one exercise."""

    exercise: str
    outcome: str
    points: float
    max_points: float
    file: str
    handed_in: datetime | None
    result: int | None = None


def decode(text: str | bytes, where: str) -> Policy:
    """Return the policy in JSON. Raises `Mistake` with the place of the fault."""
    try:
        return msgspec.json.decode(text, type=Policy)
    except (msgspec.MsgspecError, ValueError) as error:
        raise Mistake(
            f"{where} is no policy: {error}", 'Example: {"attempt": "last", "dropped": ["mse_loss"]}'
        ) from None


def encode(policy: Policy) -> str:
    """Return a policy as JSON."""
    return msgspec.json.encode(policy).decode()


def read_policy(path: Path) -> Policy:
    """Return the policy in a file."""
    return decode(read_bytes(path), str(path))


def late_s(policy: Policy, student: str, handed_in: datetime | None) -> float:
    """Return how many seconds after the student's own deadline something came; 0 if in time or not known."""
    if policy.deadline is None or handed_in is None:
        return 0.0
    longer = policy.extensions.get(student)
    deadline = policy.deadline + timedelta(hours=longer.hours if longer else 0.0)
    return max(0.0, (handed_in - deadline).total_seconds())


def lost(policy: Policy, seconds: float) -> float:
    """Return the share of the points that lateness costs."""
    steps = [step for step in policy.late if seconds > step.after_hours * 3600]
    return max(steps, key=lambda step: step.after_hours).loses if steps else 0.0


def settle(policy: Policy, student: str, tries: Sequence[Tried]) -> ExerciseGrade | None:
    """Return what counts of a student's tries at one exercise, given in the order in which they were made."""
    settled = [_settled(policy, student, each) for each in tries]
    if not settled:
        return None
    if policy.attempt == "last":
        return settled[-1]
    # An attempt that we failed to grade must not hide behind a worse one, nor before a better one.
    return max(settled, key=lambda grade: (grade.points, grade.outcome == Outcome.UNGRADED))


def _settled(policy: Policy, student: str, each: Tried) -> ExerciseGrade:
    seconds = late_s(policy, student, each.handed_in)
    points = round(each.points * (1.0 - lost(policy, seconds)), 6)
    return ExerciseGrade(
        each.exercise, each.outcome, points, each.max_points, each.points, seconds, each.file, result=each.result
    )
