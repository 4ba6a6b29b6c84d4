"""A report as Gradescope's `results.json`: a test a case, its words in HTML that cannot act.

Source: https://gradescope-autograders.readthedocs.io/en/latest/specs/. What the grader failed to grade must not count
as 0, and Gradescope takes a file for a score if it has `score` at its top or on every test. So such a file has neither,
only `output`: the submission stays without a score, and its page says why.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup, escape

from grader.model import Outcome, Report, Result, RuleText, Verdict
from grader.report import said, sentences
from grader.report.step import first_step
from grader.report.text import OUTCOMES, count, earned, one_line, points, tally

VISIBILITIES = ("visible", "after_due_date", "after_published", "hidden")
"""When students see a test, as Gradescope calls it."""

NAME_LENGTH = 120


def render(report: Report, visibility: str = "visible", notes: tuple[str, ...] = ()) -> str:
    """Return the report as `results.json`; tests are shown to students as `visibility` says, `notes` always.

    A report without exercises, or with one that could not be graded, has no score and no tests.
    """
    overview = Markup("\n").join([_overview(report), *(Markup("<p>{}</p>").format(one_line(note)) for note in notes)])
    if is_ungraded(report):
        return _written(unscored(overview) | {"extra_data": _origin(report)})
    texts = said.rules(report)
    tests = [test for number, result in enumerate(report.results, 1) for test in _tests(number, result, texts)]
    document = {
        "score": max(0.0, report.points),
        "output": str(overview),
        "output_format": "html",
        "test_output_format": "html",
        "test_name_format": "text",
        "visibility": visibility,
        "stdout_visibility": "hidden",
        "extra_data": _origin(report),
        "tests": tests,
    }
    return _written(document)


def is_ungraded(report: Report) -> bool:
    """Tell whether there is nothing to give a score for, or something that the grader failed to grade."""
    return not report.results or any(map(_is_ungraded, report.results))


def failed(problem: str, cure: str = "") -> str:
    """Return a `results.json` without a score: the grader failed, and that is what it says."""
    told = Markup("<p><strong>{}</strong></p><p>{}</p><p>{}</p>")
    return _written(unscored(told.format(FAILED, one_line(problem, 2000), one_line(cure, 2000))))


FAILED = (
    "This submission was not graded: the grader failed, and that is not your fault. It costs no points. "
    "Tell your instructor; nothing needs to be handed in again."
)


def unreadable(problem: str, cure: str, max_points: float) -> str:
    """Return a `results.json` with 0 points for a submission that cannot be read: what is wrong, and what to do."""
    told = Markup("<p>{}</p><p><strong>{}</strong></p>").format(one_line(problem, 2000), one_line(cure, 2000))
    test = {"name": "The file that you handed in", "number": "1", "status": "failed", "score": 0.0}
    return _written(
        unscored(told)
        | {"score": 0.0, "tests": [test | {"max_score": max_points, "output": str(told), "output_format": "html"}]}
    )


def unscored(output: Markup) -> dict[str, Any]:
    """Return the parts of a `results.json` that say something and score nothing."""
    return {"output": str(output), "output_format": "html", "visibility": "visible", "stdout_visibility": "hidden"}


def _written(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=True, allow_nan=False, indent=1) + "\n"


def _origin(report: Report) -> dict[str, Any]:
    versions = {one_line(name, 40): one_line(version, 40) for name, version in report.versions}
    return {"submission_sha256": one_line(report.digest), "seed": report.seed, "versions": versions}


def _overview(report: Report) -> Markup:
    """Return what is to be known first: the score, the first thing to mend, cells that failed, what is ungraded."""
    ungraded = [result for result in report.results if _is_ungraded(result)]
    parts = [Markup("<p><strong>{}</strong></p>").format(FAILED)] if ungraded else []
    parts += [
        Markup("<p>{}: could not be graded.</p>").format(one_line(result.exercise, NAME_LENGTH)) for result in ungraded
    ]
    total = f"{earned(report.points, report.max_points)} of {points(report.max_points)} points"
    score = tally(report) if ungraded or not report.results else f"{total}; {tally(report)}"
    parts.append(Markup("<p>{}</p>").format(score))
    step = first_step(report)
    told = said.html(said.Said(step.text.message, step.finding.facts)) if step.text and step.finding else step.sentence
    place = f" ({step.place})" if step.place else ""
    parts.append(
        Markup("<div><strong>{}</strong> {}{}: {}</div>").format(step.headline, one_line(step.about, 80), place, told)
    )
    for cell in report.cells:
        parts.append(Markup("<p>{}: {}</p>").format(sentences.place(cell), sentences.note(cell)))
    return Markup("\n").join(parts)


def _is_ungraded(result: Result) -> bool:
    return Outcome.UNGRADED in {result.outcome, *(verdict.outcome for verdict in result.verdicts)}


def _tests(number: int, result: Result, texts: Mapping[str, RuleText]) -> Iterator[dict[str, Any]]:
    """Yield a test a case; an exercise that was not begun is one test."""
    if result.outcome is Outcome.NOT_ATTEMPTED or not result.verdicts:
        words = OUTCOMES[result.outcome]
        yield {
            "name": f"{one_line(result.exercise, NAME_LENGTH)}: {words.word}",
            "number": str(number),
            "status": "failed",
            "score": 0.0,
            "max_score": result.max_points,
            "output": f"{words.sentence}: {count(len(result.verdicts), 'case')} to pass",
            "output_format": "text",
            "tags": [str(result.outcome)],
        }
        return
    allotted = shares(result)
    for case, (verdict, most) in enumerate(zip(result.verdicts, allotted, strict=True), 1):
        yield _test(f"{number}.{case}", most, verdict, result, texts)


def _test(number: str, most: float, verdict: Verdict, result: Result, texts: Mapping[str, RuleText]) -> dict[str, Any]:
    passed = verdict.outcome is Outcome.PASSED
    share = verdict.points / verdict.max_points if verdict.max_points else float(passed)
    found = sentences.findings(verdict, result.lead)
    return {
        "name": f"{one_line(result.exercise, NAME_LENGTH)}: {one_line(verdict.case, NAME_LENGTH)}",
        "number": number,
        "status": "passed" if passed else "failed",
        "score": most if passed else round(most * min(1.0, max(0.0, share)), 4),
        "max_score": most,
        "output": str(_output(verdict, result, texts)),
        "output_format": "html",
        "tags": [str(verdict.outcome), one_line(verdict.criterion, 60), *(one_line(one.rule, 60) for one in found)],
    }


def shares(result: Result) -> tuple[float, ...]:
    """Return each case's share of the exercise's points in hundredths, rounded so that they add up to the whole."""
    total = sum(verdict.max_points for verdict in result.verdicts) or 1.0
    given, so_far, before = [], 0.0, 0
    for verdict in result.verdicts:
        so_far += verdict.max_points
        after = round(100 * result.max_points * so_far / total)
        given.append((after - before) / 100)
        before = after
    return tuple(given)


def _output(verdict: Verdict, result: Result, texts: Mapping[str, RuleText]) -> Markup:
    about = one_line(verdict.summary, 200)
    parts = [Markup("<p>{}</p>").format(about)] if about else []
    if verdict.outcome is not Outcome.PASSED:
        parts.append(Markup("<p><strong>{}</strong></p>").format(OUTCOMES[verdict.outcome].word))
    parts += [Markup("<div>{}</div>").format(said.html(one)) for one in said.told(verdict, result, texts)]
    if printed := said.printed(verdict):
        parts.append(Markup("<p>It printed:</p><pre>{}</pre>").format(printed))
    return Markup("\n").join(parts) or escape(OUTCOMES[verdict.outcome].sentence)
