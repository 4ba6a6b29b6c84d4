"""Cases that fail in the same way, so that one mistake is told once."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from typing import NamedTuple

from grader.model import VAGUE, Aspect, Difference, Finding, Outcome, Raised, Result, Verdict
from grader.report.sentences import failing, findings

_NUMBER = re.compile(r"\d+")
_ONE_CURE = ("rule.", "run.signature")
"""Rules whose cure is the same for all cases of an exercise, whatever the exception says."""


class Group(NamedTuple):
    """Cases of one exercise that fail in the same way: the one to tell in full, and the others.

    `besides` holds the cases of which nothing is known but that they differ, below the one that is explained.
    """

    first: Verdict
    others: tuple[Verdict, ...] = ()
    besides: tuple[Verdict, ...] = ()


def groups(result: Result) -> tuple[Group, ...]:
    """Return the cases that did not pass, by the way in which they fail; an author's own cases come first in each."""
    alike: dict[Hashable, list[Verdict]] = {}
    besides: list[Verdict] = []
    for verdict in failing(result):
        if alike and _is_vague(verdict, result.lead):
            besides.append(verdict)
        else:
            alike.setdefault(_way(verdict, result.lead), []).append(verdict)
    found = [Group(first, tuple(others)) for first, *others in alike.values()]
    if besides:
        found[0] = found[0]._replace(besides=tuple(besides))
    return tuple(found)


def _is_vague(verdict: Verdict, lead: Finding | None) -> bool:
    """Tell whether a case adds nothing to an exercise's lead, which says what is wrong, but that it differs too."""
    found = verdict.evidence.findings
    return (
        lead is not None
        and lead.rank < VAGUE
        and verdict.outcome is Outcome.WRONG
        and bool(found)
        and all(one.rank >= VAGUE for one in found)
    )


def _way(verdict: Verdict, lead: Finding | None) -> Hashable:
    """Return what two cases share that fail in the same way: an exception, else a rule, else what differs."""
    evidence = verdict.evidence
    if verdict.outcome is Outcome.UNGRADED:
        return (verdict.outcome,)
    found = findings(verdict, lead)
    if found and found[0].rule.startswith(_ONE_CURE):
        return found[0].rule
    if evidence.raised is not None:
        wanted = tuple(one.expected for one in evidence.differences if one.aspect is Aspect.EXCEPTION)
        return (verdict.outcome, wanted, *_error(evidence.raised))
    if found:
        return verdict.outcome, found[0].rule
    return verdict.outcome, frozenset(_respects(evidence.differences))


def _respects(differences: tuple[Difference, ...]) -> Iterator[Hashable]:
    """Yield what differs; a number that is not finite, and a slot that is right with the first inputs, are others."""
    seen_first = {(one.aspect, one.slot) for one in differences if one.call == 0}
    for one in differences:
        if one.call == 0 or (one.aspect, one.slot) not in seen_first:
            yield one.aspect, one.slot, one.call, isinstance(one.got_value, str)


def _error(raised: Raised) -> tuple[Hashable, ...]:
    """Return what makes two exceptions the same: sizes in a message are those of the case's inputs, so no number counts."""
    place = (raised.frames[-1].cell, raised.frames[-1].line) if raised.frames else None
    return raised.type, _NUMBER.sub("0", raised.message), place
