"""The result is a known function of the expected one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from grader.findings.laws import Law, proved
from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Glimpse, Numbers, Pair, Scene
from grader.findings.words import called
from grader.model import RuleText

Function = Callable[[Numbers], Numbers]


@dataclass(frozen=True)
class Through:
    """A guess: got = `function`(expected)."""

    function: Function

    def __call__(self, _glimpse: Glimpse, pair: Pair) -> Numbers | None:
        """Return the function of what was expected."""
        return np.asarray(self.function(pair.want), dtype=np.float64)


@dataclass(frozen=True)
class Slope:
    """What a guess makes of the gradients of a single number: its derivative there, times the expected gradient."""

    derivative: Function

    def __call__(self, glimpse: Glimpse, pair: Pair) -> Numbers | None:
        """Return the derivative at the expected value, times the expected gradient."""
        values = [value for value in glimpse.values if value.call == pair.call]
        if len(values) != 1 or values[0].want.size != 1:
            return None
        return np.asarray(self.derivative(values[0].want.reshape(())) * pair.want)


def _proved(scene: Scene, function: Function, derivative: Function) -> Pair | None:
    return proved(scene, Law(Through(function), Slope(derivative)))


def _squared(scene: Scene) -> Hit | None:
    pair = _proved(scene, np.square, _twice)
    return hit(pair.slot, name=called(pair.slot)) if pair else None


def _twice(values: Numbers) -> Numbers:
    return 2 * values


def _root(scene: Scene) -> Hit | None:
    pair = _proved(scene, np.sqrt, _half_of_root)
    return hit(pair.slot, name=called(pair.slot)) if pair else None


def _half_of_root(values: Numbers) -> Numbers:
    return 0.5 / np.sqrt(values)


OTHERS: tuple[tuple[str, Function, Function], ...] = (
    ("the exponential of the expected one", np.exp, np.exp),
    ("e to the power of minus the expected one", lambda x: np.exp(-x), lambda x: -np.exp(-x)),
    ("the log of the expected one", np.log, np.reciprocal),
    ("minus the log of the expected one", lambda x: -np.log(x), lambda x: -np.reciprocal(x)),
    ("1 divided by the expected one", np.reciprocal, lambda x: -np.reciprocal(x * x)),
    ("1 minus the expected one", lambda x: 1 - x, lambda x: -np.ones_like(x)),
    ("the size of the expected one, without its sign", np.abs, np.sign),
)
"""What a last step too many, or one too few, does: (in words, the function, its derivative)."""


def _other(scene: Scene) -> Hit | None:
    for words, function, derivative in OTHERS:
        pair = _proved(scene, function, derivative)
        if pair is not None:
            return hit(pair.slot, name=called(pair.slot), words=words)
    return None


RULES = (
    Rule(
        RuleText(
            id="value.squared",
            title="Squared once too often",
            message="{name} is the square of the expected one.",
            why="A square stands where there should be none, or a square root is missing.",
            mend="Leave the last square out, or end with `.sqrt()` if the formula does.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean().sqrt()

def wrong(pred, target):
    return (pred - target).square().mean()
""",
        ),
        rank=12,
        look=_squared,
    ),
    Rule(
        RuleText(
            id="value.square-root",
            title="A square root too many",
            message="{name} is the square root of the expected one.",
            why="A root stands where there should be none, or a square is missing.",
            mend="Leave the root out.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    return (pred - target).square().mean().sqrt()
""",
        ),
        rank=12,
        look=_root,
    ),
    Rule(
        RuleText(
            id="value.transformed",
            title="One step too many or too few at the end",
            message="{name} is {words}.",
            why="All else is right: a last step such as a log, an exponential or an inverse is missing or stands "
            "there by mistake.",
            mend="Compare the outermost operation of the formula with your last line.",
            example="""\
def right(logits, targets):
    return -torch.log_softmax(logits, dim=1)

def wrong(logits, targets):
    return torch.softmax(logits, dim=1)
""",
        ),
        rank=12,
        look=_other,
    ),
)
