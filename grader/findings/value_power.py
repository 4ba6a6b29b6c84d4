"""Each error was squared where its size was asked for, or the other way round: seen in the gradient of a loss."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Cases, Glimpse, Numbers, Pair, Scene
from grader.model import Kind, RuleText


def _difference(glimpse: Glimpse, pair: Pair) -> tuple[Numbers, str, str] | None:
    """Return the difference of two float inputs of a gradient's shape, with their names."""
    if glimpse.sight.case.scenario is not None:
        return None
    arrays = glimpse.inputs(pair.call)
    names = [name for name in glimpse.of_kind(Kind.FLOAT) if name in arrays and arrays[name].shape == pair.want.shape]
    if len(names) != 2 or pair.want.size < 4:
        return None
    first, second = (arrays[name].astype(np.float64) for name in names)
    return first - second, names[0], names[1]


def _multiple(values: Numbers, shape: Numbers) -> float:
    """Return by which factor one array is a multiple of another, to three digits; 0 if it is none."""
    ratio = float((values * shape).sum() / max(float((shape * shape).sum()), 1e-300))
    follows = bool(np.all(np.abs(values - ratio * shape) <= 1e-3 * abs(ratio) * np.abs(shape).max()))
    return ratio if follows else 0.0


def _turned(
    glimpse: Glimpse, pair: Pair, mine: Callable[[Numbers], Numbers], theirs: Callable[[Numbers], Numbers]
) -> bool:
    found = _difference(glimpse, pair)
    if found is None or not pair.finite:
        return False
    shapes = [function(found[0]) for function in (mine, theirs)]
    return _multiple(pair.got, shapes[0]) * _multiple(pair.want, shapes[1]) > 0


def _itself(values: Numbers) -> Numbers:
    return values


def _look(mine: Callable[[Numbers], Numbers], theirs: Callable[[Numbers], Numbers]) -> Callable[[Scene], Hit | None]:
    def always(cases: Cases) -> bool:
        pairs = [(one, pair) for one in cases.every if one.telling and one.wrong_values for pair in one.wrong_gradients]
        large = [(one, pair) for one, pair in pairs if pair.want.size >= 4]
        return bool(large) and all(_turned(one, pair, mine, theirs) for one, pair in large)

    def look(scene: Scene) -> Hit | None:
        for pair in scene.here.wrong_gradients if scene.here.wrong_values else ():
            names = _difference(scene.here, pair)
            if names is not None and scene.cases.once(("power", mine, theirs), lambda: always(scene.cases)):
                return hit(pair.slot, first=names[1], second=names[2])
        return None

    return look


RULES = (
    Rule(
        RuleText(
            id="value.squared-errors",
            title="Errors were squared",
            message="the gradient of your result grows with `{first} - {second}`, as that of a square does; it "
            "should have the same size everywhere, as that of an absolute value.",
            why="A square punishes large errors far more than small ones; the absolute value treats them alike.",
            mend="Replace the square of the error by its absolute value, `.abs()`.",
            example="""\
def right(pred, target):
    return (pred - target).abs().mean()

def wrong(pred, target):
    return (pred - target).square().mean()
""",
        ),
        rank=16,
        look=_look(_itself, np.sign),
    ),
    Rule(
        RuleText(
            id="value.absolute-errors",
            title="Absolute values instead of squares",
            message="the gradient of your result has the same size everywhere, as that of an absolute value; it "
            "should grow with `{first} - {second}`, as that of a square does.",
            why="The absolute value treats large and small errors alike; a square punishes large ones far more.",
            mend="Replace the absolute value of the error by its square, `.square()`.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    return (pred - target).abs().mean()
""",
        ),
        rank=16,
        look=_look(np.sign, _itself),
    ),
)
