"""An instructor's word: points and a comment that stand whatever is graded later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from grader.errors import Mistake
from grader.gradebook.store import Gradebook, reading, writing
from grader.gradebook.tables import OVERRIDES, RESULTS, STUDENTS


@dataclass(frozen=True)
class Override:
    """Who gave whom how many points for what, when and why; `points` None: what was said before is withdrawn."""

    student: str
    exercise: str
    points: float | None
    comment: str
    who: str
    why: str
    made_at: datetime


def override(gradebook: Gradebook, word: Override) -> None:
    """Write an override down; earlier ones stay in the history. Raises `Mistake` for an unknown student or exercise."""
    if not word.who.strip() or not word.why.strip():
        raise Mistake("an override needs who made it and why", "Give --who and --why.")
    if word.points is not None and not 0 <= word.points < float("inf"):
        raise Mistake(f"{word.points} are no points", "Give a number from 0 on.")
    with writing(gradebook) as connection:
        student = connection.execute(select(STUDENTS.c.id).where(STUDENTS.c.key == word.student)).scalar()
        if student is None:
            raise Mistake(f"there is no student {word.student!r} in {gradebook.where}")
        _check_exercise(connection, word.exercise)
        connection.execute(
            insert(OVERRIDES).values(
                student_id=student, exercise=word.exercise, points=word.points, comment=word.comment,
                who=word.who, why=word.why, made_at=word.made_at,
            )
        )  # fmt: skip


def _check_exercise(connection: Connection, exercise: str) -> None:
    names = connection.execute(select(RESULTS.c.exercise).distinct().order_by(RESULTS.c.exercise)).scalars().all()
    if exercise not in names:
        raise Mistake(f"no {exercise!r} has been graded", f"Exercises: {', '.join(names) or 'none yet'}.")


def overrides(gradebook: Gradebook, student: str | None = None) -> tuple[Override, ...]:
    """Return every override ever made, of one student or of all, oldest first."""
    query = select(STUDENTS.c.key, OVERRIDES).join(STUDENTS, STUDENTS.c.id == OVERRIDES.c.student_id)
    if student is not None:
        query = query.where(STUDENTS.c.key == student)
    with reading(gradebook) as connection:
        rows = connection.execute(query.order_by(OVERRIDES.c.id)).mappings().all()
    return tuple(
        Override(
            row["key"], row["exercise"], row["points"], row["comment"], row["who"], row["why"], row["made_at"]
        )
        for row in rows
    )  # fmt: skip


def standing(gradebook: Gradebook) -> dict[tuple[str, str], Override]:
    """Return the overrides that hold, by (student, exercise): the newest, unless it withdraws."""
    newest = {(each.student, each.exercise): each for each in overrides(gradebook)}
    return {place: each for place, each in newest.items() if each.points is not None}
