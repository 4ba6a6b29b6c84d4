"""The first thing to do after reading a report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from grader.model import CellNote, Excerpt, Finding, Outcome, Report, Result, RuleText, Verdict
from grader.report.cures import cure
from grader.report.sentences import account, failing, news, note, place
from grader.report.text import OUTCOMES, filled, inserted, one_line, points

_WORST_FIRST = (
    Outcome.REFUSED,
    Outcome.CRASHED,
    Outcome.OUT_OF_MEMORY,
    Outcome.TIMED_OUT,
    Outcome.RAISED,
    Outcome.WRONG,
)


class Step(NamedTuple):
    """The first thing to do: a headline, the exercise or cell it is about, its place, its code, and what says more.

    `cure` is Markdown: what to try where no rule says so.
    """

    headline: str
    about: str = ""
    place: str = ""
    result: Result | None = None
    verdict: Verdict | None = None
    finding: Finding | None = None
    text: RuleText | None = None
    sentence: str = ""
    excerpt: Excerpt | None = None
    cure: str = ""


def first_step(report: Report) -> Step:
    """Return what to mend first: a cell that cannot be read, else the most fundamental finding, else what is left."""
    for cell in report.cells:
        if cell.raised is not None and "SyntaxError" in (cell.raised.type, *cell.raised.bases):
            return _mend_cell(cell, "nothing in it was run: ")
    texts = {text.id: text for text in report.texts}
    mendable = [result for result in report.results if result.outcome in _WORST_FIRST]
    if mendable:
        return _mend(min(mendable, key=lambda one: _urgency(one, texts)), texts)
    if report.cells:
        return _mend_cell(report.cells[0])
    return _go_on(report.results)


def _urgency(result: Result, texts: Mapping[str, RuleText]) -> tuple[bool, int, int]:
    """Return a key, smallest first: what a rule explains, by its rank, then the worst outcome; else the file's order."""
    explained = result.lead is not None and result.lead.rule in texts
    rank = result.lead.rank if result.lead is not None and explained else 0
    return not explained, rank, _WORST_FIRST.index(result.outcome)


def _mend_cell(cell: CellNote, before: str = "") -> Step:
    return Step(
        "Fix this first", place(cell), sentence=before + note(cell), excerpt=cell.excerpt, cure=cure(cell.raised)
    )


def _mend(result: Result, texts: Mapping[str, RuleText]) -> Step:
    cases = [one for one in failing(result) if one.outcome is not Outcome.UNGRADED]
    verdict = cases[0] if cases else None
    told = account(verdict, result.excerpt) if verdict is not None else ()
    text = texts.get(result.lead.rule) if result.lead else None
    sentence = told[0] if told else OUTCOMES[result.outcome].sentence
    if text is not None and result.lead is not None:
        exception = verdict.evidence.raised if verdict is not None else None
        sentence = news(sentence, filled(text.message, result.lead.facts, inserted), exception)
    says_place = text is None and verdict is not None and verdict.evidence.raised is not None
    return Step(
        "Fix this first",
        result.exercise,
        "" if says_place or result.excerpt is None else _where(result.excerpt, result.lead),
        result,
        verdict,
        result.lead,
        text,
        sentence,
        result.excerpt,
    )


def _where(excerpt: Excerpt, lead: Finding | None) -> str:
    """Return "cell 4, line 7": the line that a finding or an exception points to, else where the answer begins."""
    line = lead.line if lead is not None else None
    if line is None:
        line = excerpt.marked[0] if excerpt.marked else excerpt.line
    return one_line(excerpt.where, 60) + (f", line {line}" if line > 1 else "")


def _go_on(results: tuple[Result, ...]) -> Step:
    """Return what to do where nothing is wrong."""
    untouched = [result for result in results if result.outcome is Outcome.NOT_ATTEMPTED]
    if untouched:
        return _start(untouched[0])
    for result in results:
        if result.outcome is Outcome.UNGRADED:
            return Step("Tell your instructor", result.exercise, "", result, sentence=OUTCOMES[result.outcome].sentence)
    if not results:
        return Step("Nothing to grade", sentence="no exercise was found in this file")
    return Step("Nothing left to fix", sentence="every case passes")


def _start(result: Result) -> Step:
    worth = "1 point" if result.max_points == 1 else f"{points(result.max_points)} points"
    where = one_line(result.excerpt.where, 60) if result.excerpt is not None else ""
    told = f"not started, and worth {worth}: fill in its starter, then grade again"
    return Step("Do this next", result.exercise, where, result, sentence=told)
