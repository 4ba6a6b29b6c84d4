"""What a CI run knows of each file, and what all its reporters say of it alike."""

from __future__ import annotations

from typing import NamedTuple

from grader.model import Finding, Outcome, Report, Result, RuleText, Verdict
from grader.report.sentences import account, failing, findings
from grader.report.text import OUTCOMES, clean, filled, inserted, one_line


class Graded(NamedTuple):
    """A file by the path that its repository knows, and its report, or the problem that kept it from having one.

    `ours`: the problem is the grader's, and no student can mend it.
    """

    path: str
    report: Report | None = None
    problem: str = ""
    cure: str = ""
    ours: bool = False


class Place(NamedTuple):
    """Where to look: a notebook's cell or "" for a module, and a line in it, 0 if none is known."""

    cell: str
    line: int

    def words(self) -> str:
        """Return "cell 4, line 7", "line 7", or nothing."""
        return ", ".join([*([self.cell] if self.cell else []), *([f"line {self.line}"] if self.line else [])])


def place(result: Result, verdict: Verdict | None = None) -> Place:
    """Return where an exercise, or one case of it, fails: a finding's line, the failing line, or where the answer begins."""
    excerpt = result.excerpt
    if excerpt is None:
        return Place("", 0)
    lead = result.lead
    if verdict is not None:
        found = findings(verdict, lead)
        lead = found[0] if found else None
    line = lead.line if lead is not None and lead.line is not None else None
    if line is None:
        line = excerpt.marked[0] if excerpt.marked else excerpt.line
    where = one_line(excerpt.where, 60)
    return Place(where if where.startswith("cell ") else "", line)


def sentences(report: Report, result: Result, verdict: Verdict) -> tuple[str, ...]:
    """Return what a student is told of a case, in plain text, one line each: the reason, what was seen, what to try."""
    texts = {rule.id: rule for rule in report.texts}
    found = [one for one in findings(verdict, result.lead) if one.rule in texts]
    measured = tuple(one_line(sentence, 600) for sentence in account(verdict, result.excerpt))
    if not found:
        return measured
    rule = texts[found[0].rule]
    mend = (f"Try: {_plain(rule.mend, found[0])}",) if rule.mend else ()
    return (_plain(rule.message, found[0]), *measured[:2], *mend, f"More: grade explain {one_line(rule.id, 80)}")


def _plain(template: str, finding: Finding) -> str:
    return " ".join(filled(clean(template), finding.facts, inserted).replace("**", "").split())


def first_failing(result: Result) -> Verdict | None:
    """Return the case that shows best why an exercise is not passed, None if all its cases are."""
    return next(iter(failing(result)), None)


def headline(report: Report, result: Result) -> tuple[str, ...]:
    """Return what a student is told of an exercise first: one case's sentences, or what its outcome means."""
    verdict = first_failing(result)
    if verdict is None or result.outcome in {Outcome.NOT_ATTEMPTED, Outcome.UNGRADED}:
        return (OUTCOMES[result.outcome].sentence,)
    return sentences(report, result, verdict)


def rule_texts(report: Report) -> dict[str, RuleText]:
    """Return the words of a report's rules by id."""
    return {rule.id: rule for rule in report.texts}
