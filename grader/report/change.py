"""What is different from the report before: cases that newly pass or fail, and points."""

from __future__ import annotations

from typing import NamedTuple

from grader.model import Outcome, Report
from grader.report.text import count, one_line, points

MOST_NAMES = 3


class Change(NamedTuple):
    """Cases that pass now and did not, and the other way round, as (exercise, case); and how many points more."""

    mended: tuple[tuple[str, str], ...]
    broken: tuple[tuple[str, str], ...]
    points: float


def change(before: Report, after: Report) -> Change:
    """Return what is different in `after`; a case that only one of the two has counts as not passed in the other."""
    had, has = _passed(before), _passed(after)
    return Change(
        tuple(case for case in has if case not in had),
        tuple(case for case in had if case not in has),
        round(after.points - before.points, 6),
    )


def _passed(report: Report) -> dict[tuple[str, str], None]:
    """Return the cases that pass, in the report's order."""
    return {
        (result.exercise, verdict.case): None
        for result in report.results
        for verdict in result.verdicts
        if verdict.outcome is Outcome.PASSED
    }


def lines(found: Change) -> tuple[tuple[str, str], ...]:
    """Return a change as (sign, sentence) lines, points first; "=" where nothing is different."""
    told = []
    if abs(found.points) >= 0.05:
        sign = "+" if found.points > 0 else "-"
        told.append((sign, f"{points(abs(found.points))} points {'more' if found.points > 0 else 'less'}"))
    for sign, cases, verb in (("+", found.mended, "pass"), ("-", found.broken, "fail")):
        exercises = dict.fromkeys(exercise for exercise, _ in cases)
        for exercise in exercises:
            names = [one_line(case, 60) for each, case in cases if each == exercise]
            shown = ", ".join([*names[:MOST_NAMES], *(["…"] if len(names) > MOST_NAMES else [])])
            verb_s = f"{verb}es" if verb == "pass" else f"{verb}s"
            how = verb_s if len(names) == 1 else verb
            told.append((sign, f"{one_line(exercise, 60)}: {count(len(names), 'case')} now {how}: {shown}"))
    return tuple(told) or (("=", "the same result as before"),)
