"""Only some rows are wrong, or have no part in the result."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Cases, Glimpse, Numbers, Pair, Scene
from grader.findings.words import called
from grader.model import Param, RuleText

Mask = NDArray[Any]


def _rows(values: Numbers, allowed: Numbers) -> Mask:
    """Return which rows of the first axis hold something beyond rounding."""
    outside = ~(np.abs(values) <= allowed)
    return np.asarray(outside.reshape(outside.shape[0], -1).any(axis=1))


def _wrong_rows(pair: Pair) -> Mask:
    return _rows(pair.got - pair.want, pair.allowed)


def _which(rows: Mask) -> str:
    """Return how the rows that are marked are called: the first, the last, some; "" if all or none are."""
    chosen = np.flatnonzero(rows)
    if chosen.size in {0, rows.size}:
        return ""
    for words, expected in usual(rows.size):
        if np.array_equal(chosen, expected):
            return words
    if chosen[-1] == rows.size - 1 and chosen.size == rows.size - chosen[0]:
        return "some of the last rows"
    return ""


def usual(size: int, noun: str = "row") -> list[tuple[str, Mask]]:
    """Return how places among `size` are called, and which these are; of two that are alike, the earlier is told."""
    every = np.arange(size)
    return [
        (f"the last {noun}", every[-1:]),
        (f"the first {noun}", every[:1]),
        (f"all {noun}s but the first", every[1:]),
        (f"all {noun}s but the last", every[:-1]),
        (f"the last two {noun}s", every[-2:]),
        (f"every second {noun}, from the second", every[1::2]),
        (f"every second {noun}, from the first", every[::2]),
        (f"the second half of the {noun}s", every[size // 2 :]),
        (f"the second half of the {noun}s", every[(size + 1) // 2 :]),
        (f"the first half of the {noun}s", every[: size // 2]),
    ]


def _some(scene: Scene) -> Hit | None:
    """Results in rows: the same rows are wrong in every ordinary case, and all others right."""
    for pair in scene.here.wrong_values:
        if not pair.want.ndim or pair.want.shape[0] < 3:
            continue
        which = _which(_wrong_rows(pair))
        if which and scene.cases.once(("rows", pair.slot, which), partial(_always, scene.cases, pair, which)):
            return hit(pair.slot, name=called(pair.slot), which=which)
    return None


def _always(cases: Cases, pair: Pair, which: str) -> bool:
    pairs = [one for glimpse in cases.plainly_wrong for one in glimpse.wrong_values if one.slot == pair.slot]
    return all(_which(_wrong_rows(one)) == which for one in pairs if one.want.ndim and one.want.shape[0] >= 3)


def _left_out(scene: Scene) -> Hit | None:
    """A single result: some rows of an input get no gradient, and those of the others are the right ones, scaled."""
    if not scene.here.wrong_values or any(value.want.size > 1 for value in scene.here.values):
        return None
    for pair in scene.here.wrong_gradients:
        which = _dropped(pair)
        key = ("dropped", pair.slot, which)
        if which and scene.cases.once(key, partial(_always_dropped, scene.cases, pair, which)):
            return hit(pair.slot, name=pair.slot, which=which)
    return None


def _dropped(pair: Pair) -> str:
    """Return which rows get no gradient though they should, if the rest is a multiple of what it should be."""
    if not pair.finite or pair.want.ndim == 0 or pair.want.shape[0] < 3:
        return ""
    wanted = _rows(pair.want, 16 * pair.allowed)
    silent = ~_rows(pair.got, np.zeros_like(pair.allowed)) & wanted
    heard = ~silent & wanted
    if not silent.any() or heard.sum() < 1 or not wanted.all():
        return ""
    return _which(silent) if _multiple(pair, heard) else ""


def _always_dropped(cases: Cases, pair: Pair, which: str) -> bool:
    pairs = [one for glimpse in cases.plainly_wrong for one in glimpse.wrong_gradients if one.slot == pair.slot]
    large = [one for one in pairs if one.want.ndim and one.want.shape[0] >= 3]
    found = {_dropped(one) for one in large}
    return found == {which} or ("" not in found and all("last" in one for one in found))


def _marked(scene: Scene) -> Hit | None:
    """Elements that are marked as not counting get a gradient though they should get none."""
    glimpse = scene.here
    if glimpse.sight.case.scenario is not None:
        return None
    for pair in glimpse.wrong_gradients:
        for param in glimpse.sight.exercise.params:
            ignored = _ignored(glimpse, param, pair)
            if ignored is None or not ignored.any():
                continue
            got, want = pair.got[ignored], pair.want[ignored]
            heard = np.isfinite(got).all() and np.any(np.abs(got) > 16 * pair.allowed[ignored]) and not np.any(want)
            if heard and _multiple(pair, ~ignored):
                return hit(pair.slot, name=pair.slot, marks=param.name, mark=str(param.mix))
    return None


def _multiple(pair: Pair, rows: Mask) -> bool:
    """Tell whether the gradients of some rows are those that they should be, but for a factor."""
    got, want = pair.got[rows], pair.want[rows]
    ratio = float((got * want).sum() / max(float((want * want).sum()), 1e-300))
    return ratio > 0 and bool(np.all(np.abs(got - ratio * want) <= 8 * max(ratio, 1.0) * pair.allowed[rows]))


def _ignored(glimpse: Glimpse, param: Param, pair: Pair) -> Mask | None:
    """Return which leading positions of a gradient a parameter marks."""
    values = glimpse.inputs(pair.call).get(param.name)
    if param.mix is None or values is None:
        return None
    mark = glimpse.scalars.get(param.mix) if isinstance(param.mix, str) else param.mix
    marked = np.asarray(values == mark)
    fits: Sequence[int] = pair.want.shape[: marked.ndim]
    return marked if marked.ndim and tuple(fits) == marked.shape else None


RULES = (
    Rule(
        RuleText(
            id="value.some-rows",
            title="Some rows are wrong, the others right",
            message="in {name}, {which} differs; all the others are right.",
            why="What is right for most rows and wrong at an edge is usually a slice, a `range` or a shift that ends "
            "one too early or begins one too late.",
            mend="Check what your code does at the first and at the last row.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean(dim=1)

def wrong(pred, target):
    result = torch.zeros(pred.shape[0], dtype=pred.dtype)
    result[:-1] = (pred - target).square().mean(dim=1)[:-1]
    return result
""",
        ),
        rank=18,
        look=_some,
    ),
    Rule(
        RuleText(
            id="value.rows-left-out",
            title="Some rows have no part in the result",
            message="no gradient reaches {which} of `{name}`, while the others get theirs: your result is computed "
            "without {which}.",
            why="A slice or a `range` that ends too early leaves rows out without any error, and the result looks "
            "plausible.",
            mend="Check the slices and loops over the batch: `x[:-1]` leaves the last row out, `x[1:]` the first, "
            "and `x[0]` all but one.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    return (pred[:-1] - target[:-1]).square().mean()
""",
        ),
        rank=11,
        look=_left_out,
    ),
    Rule(
        RuleText(
            id="value.marked-rows",
            title="What should be ignored takes part",
            message="gradients reach those elements of `{name}` whose `{marks}` is {mark}; these should not count at "
            "all.",
            why="Padding is there to make rows equally long. If it takes part, the result depends on how much "
            "padding there happens to be.",
            mend="Choose the elements that count, `keep = {marks} != {mark}`, and use `[keep]` before you average, "
            "or multiply by `keep` and divide by `keep.sum()`.",
            example="""\
def right(values, marks, ignore_index=-100):
    return values[marks != ignore_index].square().mean()

def wrong(values, marks, ignore_index=-100):
    counted = (marks != ignore_index).sum() * values.shape[-1]
    return values.square().sum() / counted
""",
        ),
        rank=11,
        look=_marked,
    ),
)
