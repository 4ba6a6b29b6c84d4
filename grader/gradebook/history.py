"""All that ever happened to one student's work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from grader.gradebook.store import Gradebook, reading
from grader.gradebook.tables import ATTEMPTS, CURRENT, RESULTS, STUDENTS, SUBMISSIONS, VERSIONS


@dataclass(frozen=True)
class Step:
    """One verdict on one exercise: against which version, when, and whether it is the one that counts now."""

    exercise: str
    outcome: str
    points: float
    max_points: float
    lead: str
    exercise_digest: str
    seed: int
    grader: str
    torch: str
    recorded_at: datetime
    current: bool


@dataclass(frozen=True)
class Attempt:
    """One hand-in with every verdict on it, oldest first."""

    file: str
    assignment: str
    digest: str
    handed_in: datetime | None
    late: bool
    recorded_at: datetime
    steps: tuple[Step, ...]


def history(gradebook: Gradebook, student: str) -> tuple[Attempt, ...]:
    """Return a student's attempts, oldest first."""
    attempts = (
        select(ATTEMPTS, SUBMISSIONS.c.digest)
        .join(STUDENTS, STUDENTS.c.id == ATTEMPTS.c.student_id)
        .join(SUBMISSIONS, SUBMISSIONS.c.id == ATTEMPTS.c.submission_id)
        .where(STUDENTS.c.key == student)
        .order_by(ATTEMPTS.c.id)
    )
    with reading(gradebook) as connection:
        rows = connection.execute(attempts).mappings().all()
        verdicts = (
            select(RESULTS, VERSIONS, CURRENT.c.result_id)
            .join(VERSIONS, VERSIONS.c.id == RESULTS.c.version_id)
            .join(CURRENT, CURRENT.c.result_id == RESULTS.c.id, isouter=True)
            .where(RESULTS.c.submission_id.in_({row["submission_id"] for row in rows}))
            .order_by(RESULTS.c.id)
        )
        found = connection.execute(verdicts).all()
    made = [(row.submission_id, _step(row)) for row in found]
    return tuple(
        Attempt(
            row["file"], row["assignment"], row["digest"], row["handed_in"], row["late"], row["recorded_at"],
            tuple(step for submission, step in made if submission == row["submission_id"]),
        )
        for row in sorted(rows, key=lambda row: (str(row["handed_in"] or ""), row["id"]))
    )  # fmt: skip


def _step(row: object) -> Step:
    fields = {name: getattr(row, name) for name in Step.__dataclass_fields__ if name != "current"}
    return Step(**fields, current=row.result_id is not None)  # type: ignore[attr-defined]  # a row of the query above
