"""A report as the `results.json` of a PrairieLearn external grader: a test a case, all in plain text.

Source: https://docs.prairielearn.com/externalGrading/. `"gradable": false` costs a student neither points nor an
attempt, so that is what becomes of a submission that the grader failed to grade.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from grader.model import Outcome, Report, Result, RuleText, Verdict
from grader.report import said, sentences
from grader.report.step import first_step
from grader.report.text import OUTCOMES, earned, one_line, points, tally

MAX_BYTES = 1_000_000
"""PrairieLearn takes no larger file."""

FAILED = "This submission was not graded: the grader failed, and that is not your fault. It costs no attempt."


def render(report: Report) -> str:
    """Return the report as `results.json`, at most `MAX_BYTES` of it: what cases printed is left out first."""
    outcomes = {result.outcome for result in report.results}
    if Outcome.UNGRADED in outcomes | {case.outcome for result in report.results for case in result.verdicts}:
        return failed("; ".join(f"{one_line(one.exercise)}: {OUTCOMES[one.outcome].word}" for one in report.results))
    if not report.max_points:
        return failed("there was nothing to grade")
    texts = said.rules(report)
    tests = [test for result in report.results for test in _tests(result, texts)]
    document = {
        "gradable": True,
        "score": min(1.0, max(0.0, report.points / report.max_points)),
        "message": _message(report),
        "output": "\n".join(f"{sentences.place(cell)}: {sentences.note(cell)}" for cell in report.cells),
        "images": [],
        "tests": tests,
    }
    for field in ("output", "message", "description"):
        if len(_written(document)) <= MAX_BYTES:
            break
        document["tests"] = tests = [test | {field: ""} for test in tests]
    return _written(document)


def failed(problem: str) -> str:
    """Return a `results.json` that says that the grader failed: no score, and no attempt lost."""
    told = one_line(problem, 2000)
    return _written({"gradable": False, "message": FAILED, "output": told, "images": [], "format_errors": [FAILED]})


def unreadable(problem: str, cure: str) -> str:
    """Return a `results.json` for a submission that cannot be read: invalid, no attempt lost."""
    told = [one_line(part, 2000) for part in (problem, cure) if part]
    return _written({"gradable": False, "message": " ".join(told), "output": "", "images": [], "format_errors": told})


def _written(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=True, allow_nan=False) + "\n"


def _message(report: Report) -> str:
    step = first_step(report)
    told = said.plain(said.Said(step.text.message, step.finding.facts)) if step.text and step.finding else step.sentence
    about = " ".join(part for part in (one_line(step.about, 80), f"({step.place})" if step.place else "") if part)
    total = f"{earned(report.points, report.max_points)} of {points(report.max_points)} points; {tally(report)}."
    return f"{total}\n{step.headline}: {f'{about}: ' if about else ''}{told}"


def _tests(result: Result, texts: Mapping[str, RuleText]) -> Iterator[dict[str, Any]]:
    """Yield a test a case, points on all; an exercise that was not begun is one test."""
    if result.outcome is Outcome.NOT_ATTEMPTED or not result.verdicts:
        yield _entry(one_line(result.exercise, 120), one_line(result.title), 0.0, result.max_points) | {
            "message": OUTCOMES[result.outcome].sentence
        }
        return
    for verdict in result.verdicts:
        name = f"{one_line(result.exercise, 120)}: {one_line(verdict.case, 120)}"
        entry = _entry(name, one_line(verdict.why), verdict.points, verdict.max_points)
        yield entry | {"message": _told(verdict, result, texts), "output": said.printed(verdict)}


def _entry(name: str, description: str, earned_points: float, most: float) -> dict[str, Any]:
    return {
        "name": name,
        "description": description,
        "points": round(earned_points, 6),
        "max_points": round(most, 6),
        "message": "",
        "output": "",
        "images": [],
    }


def _told(verdict: Verdict, result: Result, texts: Mapping[str, RuleText]) -> str:
    words = OUTCOMES[verdict.outcome]
    if verdict.outcome is Outcome.PASSED:
        return words.sentence
    return "\n".join([words.word, *(said.plain(one) for one in said.told(verdict, result, texts))])
