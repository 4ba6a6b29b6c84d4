"""The right numbers in the wrong places: shifted by one, or in another order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Cases, Numbers, Pair, Scene
from grader.findings.words import called
from grader.model import RuleText


def _everywhere(cases: Cases, slot: str, test: Callable[[Pair], bool]) -> bool:
    """Tell whether a test holds for every wrong array of a slot that has at least 3 elements, and there is one."""
    wrong = [glimpse for glimpse in cases.plainly_wrong if glimpse.telling]
    pairs = [pair for glimpse in wrong for pair in glimpse.wrong_values if pair.slot == slot]
    large = [pair for pair in pairs if pair.want.size >= 3 and pair.want.ndim >= 1 and pair.finite]
    return bool(large) and all(test(pair) for pair in large)


def _shifted(pair: Pair) -> tuple[int, int] | None:
    """Return (axis, step) if all but the edge stands one place further along an axis."""
    for axis, step in _steps(pair.want):
        got, want = (np.moveaxis(values, axis, 0) for values in (pair.got, pair.want))
        allowed = np.moveaxis(pair.allowed, axis, 0)
        mine, theirs = (got[1:], want[:-1]) if step == 1 else (got[:-1], want[1:])
        slack = 4 * np.maximum(allowed[1:], allowed[:-1])
        if np.all(np.abs(mine - theirs) <= slack) and np.any(np.abs(want[1:] - want[:-1]) > 16 * slack):
            return axis, step
    return None


def _steps(values: Numbers) -> Iterator[tuple[int, int]]:
    for axis, size in enumerate(values.shape):
        if size >= 3:
            yield axis, 1
            yield axis, -1


def _off_by_one(scene: Scene) -> Hit | None:
    for pair in scene.here.wrong_values:
        shift = _shifted(pair) if pair.finite and pair.want.ndim else None
        key = ("shifted", pair.slot)
        if shift and scene.cases.once(key, partial(_everywhere, scene.cases, pair.slot, _is_shifted)):
            way = "too far" if shift[1] == 1 else "too early"
            return hit(pair.slot, name=called(pair.slot), axis=shift[0], way=way)
    return None


def _is_shifted(pair: Pair) -> bool:
    return _shifted(pair) is not None


def _permuted(pair: Pair) -> bool:
    """Tell whether both sides hold the same numbers, which are far enough from each other to be told apart."""
    got, want = np.sort(pair.got.reshape(-1)), np.sort(pair.want.reshape(-1))
    slack = 4 * float(pair.allowed.max())
    distinct = np.diff(want) > 4 * slack
    moved = np.abs(pair.got - pair.want) > 4 * slack  # else a rounding error is taken for an exchange
    return bool(np.all(np.abs(got - want) <= slack)) and bool(distinct.sum() >= want.size // 2) and bool(moved.any())


def _order(scene: Scene) -> Hit | None:
    for pair in scene.here.wrong_values:
        if not (pair.finite and pair.want.size >= 3 and _permuted(pair)):
            continue
        key = ("permuted", pair.slot)
        if scene.cases.once(key, partial(_everywhere, scene.cases, pair.slot, _permuted)):
            return hit(pair.slot, name=called(pair.slot))
    return None


RULES = (
    Rule(
        RuleText(
            id="value.off-by-one",
            title="Off by one position",
            message="the numbers of {name} are right, but stand one place {way} along axis {axis}.",
            why="Positions count from 0, a slice `a[:n]` ends in front of `n`, and what predicts the next element is "
            "compared with the next element.",
            mend="Check the slices and `range`s of this axis at both ends, and the direction of a shift.",
            example="""\
def right(logits, targets):
    return logits.cumsum(dim=1)

def wrong(logits, targets):
    return logits.cumsum(dim=1).roll(1, dims=1)
""",
        ),
        rank=16,
        look=_off_by_one,
    ),
    Rule(
        RuleText(
            id="value.permuted",
            title="The right numbers in another order",
            message="{name} holds the right numbers, but in another order.",
            why="A number belongs to its row and column. `reshape` and `view` read a tensor row by row and mix axes "
            "up; `sort` and `flip` change the order.",
            mend="Use `transpose` or `permute` to exchange axes, never `reshape`; put results back in the order of "
            "the inputs.",
            example="""\
def right(logits, targets):
    return logits.exp()

def wrong(logits, targets):
    return logits.exp().flip(0)
""",
        ),
        rank=17,
        look=_order,
    ),
)
