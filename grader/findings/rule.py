"""What a rule is: words, a rank, and a numerical test on the evidence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from grader.findings.scene import Scene
from grader.model import Finding, Pairs, RuleText, Scalar, pairs


@dataclass(frozen=True)
class Hit:
    """What a rule saw: where, the numbers that its sentence names, and, if known, the place in the source.

    `rank` is given where what was seen is more fundamental than the rule usually is.
    """

    slot: str = ""
    facts: Pairs = ()
    cell: int | None = None
    line: int | None = None
    rank: int | None = None


@dataclass(frozen=True)
class Rule:
    """`look` returns a hit, or None where it is not sure. A smaller `rank` is more fundamental.

    Ranks: 1 to 4 what makes numbers meaningless (a rule broken, an exception, a wrong structure, a side effect); a
    known misconception has 5; 10 to 39 a cause that explains every number; 40 to 69 a cause that explains some;
    90 the plain difference.
    """

    text: RuleText
    rank: int
    look: Callable[[Scene], Hit | None]

    def finding(self, hit: Hit) -> Finding:
        """Return a hit as a finding of this rule."""
        rank = self.rank if hit.rank is None else hit.rank
        return Finding(rule=self.text.id, rank=rank, slot=hit.slot, facts=hit.facts, cell=hit.cell, line=hit.line)


def hit(slot: str = "", **facts: Scalar) -> Hit:
    """Return a hit with its facts by name."""
    return Hit(slot=slot, facts=pairs(facts))
