"""Testing a guess: is what the student got some function of what was expected, everywhere?

A guess counts as proved if it predicts every finite number of every ordinary case that could be tested, to a few times
the allowed error; if at least one wrong number is predicted; and if at least two different numbers, or one and a
gradient, tell it apart from the truth. The chance that another mistake passes is that of agreeing twice in five digits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np

from grader.findings.scene import Cases, Glimpse, Numbers, Pair, Scene

Guess = Callable[[Glimpse, Pair], Numbers | None]
"""What a mistake would have given in place of a pair's numbers; None where it cannot be told."""

ENOUGH = 2


@dataclass(frozen=True)
class Law:
    """A guess, what it makes of gradients (only ever as support), and how strictly it is to be tested.

    A `lenient` law is one that not every case can be asked about: wrong values that it says nothing of do not count
    against it. An `exceptional` one explains only what is wrong: cases that are right do not count against it.
    """

    guess: Guess
    slope: Guess | None = None
    lenient: bool = False
    exceptional: bool = False


def proved(scene: Scene, law: Law) -> Pair | None:
    """Return the first wrong value of this case whose slot a law explains in all cases."""
    for pair in scene.here.wrong_values:
        if not law.lenient and not _says(scene.here, pair, law.guess):
            continue
        key = (law.guess, law.exceptional, pair.slot)
        if scene.cases.once(key, partial(_everywhere, scene.cases, pair.slot, law)):
            return pair
    return None


def _says(glimpse: Glimpse, pair: Pair, guess: Guess) -> bool:
    predicted = _predicted(glimpse, pair, guess) if pair.finite else None
    return predicted is not None and pair.near(predicted)


def _everywhere(cases: Cases, slot: str, law: Law) -> bool:
    support = steep = 0
    for glimpse in cases.plain:
        pairs = [pair for pair in glimpse.values if pair.slot == slot]
        if law.exceptional and all(pair.right for pair in pairs):
            continue
        found = _support(glimpse, pairs, law.guess, lenient=law.lenient)
        if found is None:
            return False
        support += found
        if found and law.slope is not None:
            steep += _support(glimpse, glimpse.gradients, law.slope, lenient=True) or 0
    return support > 0 and support + steep >= ENOUGH


def _support(glimpse: Glimpse, pairs: Iterable[Pair], guess: Guess, *, lenient: bool) -> int | None:
    """Return how many different numbers of one case speak for a guess, or None if one speaks against it."""
    support = 0
    for pair in pairs:
        if not np.isfinite(pair.got).all() or pair.got.size == 0:
            continue
        predicted = _predicted(glimpse, pair, guess)
        if predicted is None:
            if not (pair.right or lenient):
                return None
            continue
        if not pair.near(predicted):
            return None
        if pair.tells_apart(predicted):
            support += int(np.unique(pair.want).size)
    return support


def _predicted(glimpse: Glimpse, pair: Pair, guess: Guess) -> Numbers | None:
    with np.errstate(all="ignore"):
        predicted = guess(glimpse, pair)
    if predicted is None or predicted.shape != pair.got.shape or not np.isfinite(predicted).all():
        return None
    return predicted
