"""What is wrong, and why: one small file a rule, each a numerical test on the evidence, silent where it is not sure."""

from __future__ import annotations

import numpy as np

from grader.findings.catalogue import RULES
from grader.findings.rule import Rule
from grader.findings.scene import Scene, scenes
from grader.model import Finding, Misconceptions, RuleText
from grader.mutants.slips import Slip
from grader.sight import Sight
from grader.trace.parting import Parting

__all__ = ["all_rules", "find", "find_each", "ids", "texts"]

MOST = 5
"""A student is told so many findings of one case; the most fundamental come first."""

GENERAL = {
    "cost.too-much-work": "cost.",
    "structure.shape": "structure.",
    "structure.type": "structure.",
    "run.raised": "",
    "value.nan": "value.",
    "value.infinite": "value.",
    "value.unstable": "value.",
    "value.where": "value.factor-where",
    "value.differs": "",
    "gradient.wrong": "gradient.",
    "gradient.differs": "",
}
"""Rules that only say what others say better: left out beside another finding whose id begins so."""


def find(sight: Sight, siblings: tuple[Sight, ...] = (), variants: Misconceptions | None = None) -> tuple[Finding, ...]:
    """Return what the rules recognise in one failing case, the most fundamental first.

    `siblings` are all judged cases of the exercise, `sight` among them or not. `variants` is what the reference does
    on changed inputs (`grader.findings.variants`), if that is known.
    """
    others = tuple(other for other in siblings if other is not sight and other.case.name != sight.case.name)
    with np.errstate(all="ignore"):
        return _found(scenes((sight, *others), variants)[0])


def find_each(
    sights: tuple[Sight, ...],
    variants: Misconceptions | None = None,
    slip: Slip | None = None,
    parting: Parting | None = None,
) -> tuple[tuple[Finding, ...], ...]:
    """Return the findings of each case of an exercise; what all cases share is worked out once.

    `slip` is the change of the reference that the submission behaves like, `parting` where its numbers leave the
    reference's, if there is one.
    """
    with np.errstate(all="ignore"):
        return tuple(_found(scene) for scene in scenes(sights, variants, slip, parting))


def all_rules() -> tuple[Rule, ...]:
    """Return every rule, the most fundamental first."""
    return RULES


def ids() -> list[str]:
    """Return the id of every rule."""
    return [rule.text.id for rule in RULES]


def texts(ids: set[str]) -> tuple[RuleText, ...]:
    """Return the words of rules, by id."""
    return tuple(rule.text for rule in RULES if rule.text.id in ids)


def _found(scene: Scene) -> tuple[Finding, ...]:
    if not _failed(scene.here.sight):
        return ()
    found: dict[str, Finding] = {}
    for rule in RULES:
        if rule.text.id not in found and not _said(rule.text.id, found):
            seen = _asked(rule, scene)
            if seen is not None:
                found[rule.text.id] = seen
    return tuple(sorted(found.values(), key=lambda one: one.rank))[:MOST]


def _failed(sight: Sight) -> bool:
    return bool(sight.differences) or sight.execution.observation is None


def _said(rule: str, found: dict[str, Finding]) -> bool:
    prefix = GENERAL.get(rule)
    return prefix is not None and any(other.startswith(prefix) for other in found)


def _asked(rule: Rule, scene: Scene) -> Finding | None:
    """Return a rule's finding. Evidence may be odd in ways that a rule did not foresee: then it has nothing to say."""
    try:
        seen = rule.look(scene)
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return None
    return None if seen is None else rule.finding(seen)
