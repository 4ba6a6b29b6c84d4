"""Cells of a CSV file: read from any dialect, written so that no spreadsheet takes a student's name for a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from grader.gradebook import Grade
from grader.model import Outcome

NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
DANGEROUS = re.compile(r"'*(?:[\t\r]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20]\s*\S)")
"""How a formula begins, full-width signs too; quotes before it count, so that `restored` gives back what was there.

A sign alone is no formula: Moodle writes `-` for a time that there is not.
"""
MARK = "'"


def defused(text: str) -> str:
    """Return a text that no spreadsheet computes: one that looks like a formula gets a quote in front; numbers stay."""
    return MARK + text if DANGEROUS.match(text) and not NUMBER.fullmatch(text) else text


def restored(text: str) -> str:
    """Return what `defused` was given."""
    return text[1:] if text.startswith(MARK) and DANGEROUS.match(text) else text


def number(value: float) -> str:
    """Return points with at most six decimals."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def written(lines: Iterable[Sequence[str]], delimiter: str = ",") -> str:
    """Return rows as CSV with every field quoted and defused."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([defused(cell) for cell in line] for line in lines)
    return buffer.getvalue()


def final(grade: Grade) -> float | None:
    """Return the points to pass on; None where there is nothing to say: nothing handed in, or we failed to grade it."""
    if not grade.handed_in and not any(each.by for each in grade.exercises):
        return None
    return None if ungraded(grade) else grade.points


def ungraded(grade: Grade) -> tuple[str, ...]:
    """Return the exercises that the grader failed to grade and nobody has graded by hand."""
    return tuple(each.exercise for each in grade.exercises if each.outcome == Outcome.UNGRADED and not each.by)
