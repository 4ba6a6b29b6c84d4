"""What a case comes to, in a few sentences: as plain text, or as HTML that cannot act."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from markupsafe import Markup, escape

from grader.model import Outcome, Pairs, Report, Result, RuleText, Verdict
from grader.report import markdown, sentences
from grader.report.text import CUT, clean, filled, inserted, tail


class Said(NamedTuple):
    """One sentence. A rule's is Markdown with the names of `facts` in it; what was measured has no facts: None."""

    text: str
    facts: Pairs | None = None
    before: str = ""


def told(verdict: Verdict, result: Result, texts: Mapping[str, RuleText]) -> tuple[Said, ...]:
    """Return what to tell of a case, the most fundamental first; empty for one that passed.

    `texts` are the report's rules by id.
    """
    if verdict.outcome is Outcome.PASSED:
        return ()
    found = next((one for one in sentences.findings(verdict, result.lead) if one.rule in texts), None)
    if found is None:
        return tuple(Said(sentence) for sentence in sentences.account(verdict, result.excerpt))
    rule = texts[found.rule]
    message = filled(rule.message, found.facts, inserted)
    left = [
        sentences.news(sentence, message, verdict.evidence.raised)
        for sentence in sentences.account(verdict, result.excerpt)
    ]
    mend = (Said(rule.mend, found.facts, "Try: "),) if rule.mend else ()
    return (Said(rule.message, found.facts), *(Said(sentence) for sentence in left if sentence), *mend)


def rules(report: Report) -> Mapping[str, RuleText]:
    """Return a report's rules by id."""
    return {text.id: text for text in report.texts}


def plain(said: Said) -> str:
    """Return a sentence as text; of Markdown only `code` keeps its marks."""
    if said.facts is None:
        return said.before + clean(said.text)
    template = clean(said.text).replace("**", "")
    return said.before + " ".join(filled(template, said.facts, inserted).split())


def html(said: Said) -> Markup:
    """Return a sentence as HTML; whatever is not ours is escaped."""
    text = escape(clean(said.text)) if said.facts is None else markdown.inline(said.text, said.facts)
    return escape(said.before) + text


def printed(verdict: Verdict) -> str:
    """Return the last lines of what a case printed, cleaned, "" if nothing."""
    return tail(verdict.evidence.output[-CUT:]).strip("\n") if verdict.evidence.output.strip() else ""
