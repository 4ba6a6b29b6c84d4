"""Cases that fail in the same way, so that one mistake is told once."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from typing import NamedTuple

from grader.model import Aspect, Difference, Finding, Outcome, Raised, Result, Verdict
from grader.report.sentences import failing, findings

_NUMBER = re.compile(r"\d+")


class Group(NamedTuple):
    """Cases of one exercise that fail in the same way: the one to tell in full, and the others."""

    first: Verdict
    others: tuple[Verdict, ...] = ()


def groups(result: Result) -> tuple[Group, ...]:
    """Return the cases that did not pass, by the way in which they fail; an author's own cases come first in each."""
    alike: dict[Hashable, list[Verdict]] = {}
    for verdict in failing(result):
        alike.setdefault(_way(verdict, result.lead), []).append(verdict)
    return tuple(Group(first, tuple(others)) for first, *others in alike.values())


def _way(verdict: Verdict, lead: Finding | None) -> Hashable:
    """Return what two cases share that fail in the same way: an exception, else a rule, else what differs."""
    evidence = verdict.evidence
    if verdict.outcome is Outcome.UNGRADED:
        return (verdict.outcome,)
    if evidence.raised is not None:
        wanted = tuple(one.expected for one in evidence.differences if one.aspect is Aspect.EXCEPTION)
        return (verdict.outcome, wanted, *_error(evidence.raised))
    found = findings(verdict, lead)
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
