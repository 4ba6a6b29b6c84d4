"""Grades for spreadsheets (a row a student) and data frames (a row a student and exercise)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from grader.errors import Mistake
from grader.export.cells import number, ungraded, written
from grader.gradebook import Grade


def plain_csv(grades: Sequence[Grade]) -> str:
    """Return a CSV with a column an exercise; what the grader failed to grade is empty, never 0."""
    names = [each.exercise for each in grades[0].exercises] if grades else []
    lines = [["student", "name", "email", "handed_in", *names, "points", "max_points", "comment"]]
    for grade in grades:
        failed = ungraded(grade)
        lines.append(
            [
                grade.student.key,
                grade.student.name,
                grade.student.email,
                "yes" if grade.handed_in else "no",
                *("" if each.exercise in failed else number(each.points) for each in grade.exercises),
                "" if failed else number(grade.points),
                number(grade.max_points),
                comments(grade),
            ]
        )
    return written(lines)


def comments(grade: Grade) -> str:
    """Return what an instructor said, by exercise."""
    return "; ".join(f"{each.exercise}: {each.comment}" for each in grade.exercises if each.comment)


def write_parquet(grades: Sequence[Grade], path: Path) -> None:
    """Write a row a student and exercise. Raises `Mistake` if pyarrow is not installed, or the file cannot be written."""
    try:
        import pyarrow as pa  # noqa: PLC0415 - an optional dependency of 100 MB
        from pyarrow import parquet  # noqa: PLC0415
    except ModuleNotFoundError:
        raise Mistake("Parquet needs pyarrow", "pip install pyarrow") from None
    pairs = [(grade, each) for grade in grades for each in grade.exercises]
    text, real = pa.string(), pa.float64()
    columns = {
        "student": (text, [grade.student.key for grade, _ in pairs]),
        "name": (text, [grade.student.name for grade, _ in pairs]),
        "email": (text, [grade.student.email for grade, _ in pairs]),
        "exercise": (text, [each.exercise for _, each in pairs]),
        "outcome": (text, [str(each.outcome) for _, each in pairs]),
        "points": (real, [None if each.exercise in ungraded(grade) else each.points for grade, each in pairs]),
        "max_points": (real, [each.max_points for _, each in pairs]),
        "earned": (real, [each.earned for _, each in pairs]),
        "late_s": (real, [each.late_s for _, each in pairs]),
        "file": (text, [each.file for _, each in pairs]),
        "comment": (text, [each.comment for _, each in pairs]),
        "overridden_by": (text, [each.by for _, each in pairs]),
    }
    table = pa.table({name: pa.array(values, type=kind) for name, (kind, values) in columns.items()})
    try:
        parquet.write_table(table, str(path))
    except OSError as error:
        raise Mistake(f"{path} cannot be written: {error}", "Give another path.") from None
