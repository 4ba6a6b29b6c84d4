"""Only some places along an axis are wrong: every second column, the last step."""

from __future__ import annotations

from functools import partial

import numpy as np

from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Cases, Pair, Scene
from grader.findings.value_rows import usual
from grader.findings.words import called
from grader.model import RuleText

FEW = 4
"""So many places, at least, has an axis of which some are named."""


def _look(scene: Scene) -> Hit | None:
    """The same places of one axis, which is not the first, are wrong in every ordinary case, and all others right."""
    for pair in scene.here.wrong_values:
        for axis in range(1, pair.want.ndim):
            which = _which(pair, axis)
            key = ("places", pair.slot, axis, which)
            if which and scene.cases.once(key, partial(_always, scene.cases, pair, axis, which)):
                return hit(pair.slot, name=called(pair.slot), which=which, axis=axis)
    return None


def _which(pair: Pair, axis: int) -> str:
    """Return which places along an axis are wrong; "" if all, none or a mixture are, or there are too few."""
    if axis >= pair.want.ndim or pair.want.shape[axis] < FEW or not pair.finite:
        return ""
    wrong = np.abs(pair.got - pair.want) > pair.allowed
    others = tuple(other for other in range(pair.want.ndim) if other != axis)
    places = np.flatnonzero(wrong.any(axis=others))
    found = [words for words, expected in usual(pair.want.shape[axis], "place") if np.array_equal(places, expected)]
    return found[0] if found else ""


def _always(cases: Cases, pair: Pair, axis: int, which: str) -> bool:
    pairs = [one for glimpse in cases.plainly_wrong for one in glimpse.wrong_values if one.slot == pair.slot]
    large = [one for one in pairs if axis < one.want.ndim and one.want.shape[axis] >= FEW]
    return len(large) > 1 and all(_which(one, axis) == which for one in large)


RULE = Rule(
    RuleText(
        id="value.some-places",
        title="Some places along an axis are wrong, the others right",
        message="in {name}, what differs is {which} along axis {axis}; all the others are right.",
        why="What is right for most places and wrong for some has its own line of code, or its own place in a table.",
        mend="Compare what your code does for these places with what it does for the others.",
        example="""\
def right(values):
    return values.tanh()

def wrong(values):
    result = values.tanh()
    return torch.cat([result[:, :-1], values[:, -1:].sigmoid()], dim=1)
""",
    ),
    rank=29,
    look=_look,
)
