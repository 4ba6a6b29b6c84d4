"""A softmax or a sigmoid stands once too often, or is missing, in a result that is an array."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from grader.findings.laws import Guess, Law, proved
from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Glimpse, Numbers, Pair, Scene
from grader.findings.words import called
from grader.model import RuleText


def softmax(values: Numbers) -> Numbers:
    """Return the softmax along the last axis."""
    shifted = np.exp(values - values.max(axis=-1, keepdims=True, initial=-np.inf))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))


def sigmoid(values: Numbers) -> Numbers:
    """Return 1 / (1 + exp(-x))."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * values)))


@dataclass(frozen=True)
class Again:
    """A guess: `function` was applied to what was expected."""

    function: Callable[[Numbers], Numbers]

    def __call__(self, _glimpse: Glimpse, pair: Pair) -> Numbers | None:
        """Return the function of what was expected, if that is an array of numbers between 0 and 1."""
        unit = pair.want.ndim > 0 and bool(np.all((pair.want >= 0) & (pair.want <= 1)))
        return self.function(pair.want) if unit and pair.want.size > 1 else None


@dataclass(frozen=True)
class NotYet:
    """A guess: applying `function` to what the student returned gives what was expected."""

    function: Callable[[Numbers], Numbers]

    def __call__(self, _glimpse: Glimpse, pair: Pair) -> Numbers | None:
        """Return the student's own numbers if the function makes them right; else nothing that could be near."""
        if pair.want.ndim == 0 or pair.want.size < 2:
            return None
        made = self.function(pair.got)
        near = made.shape == pair.want.shape and bool(np.all(np.abs(made - pair.want) <= 4 * pair.allowed))
        return pair.got if near else pair.got + 1 + np.abs(pair.got)


def _looking(*guesses: Guess) -> Callable[[Scene], Hit | None]:
    def look(scene: Scene) -> Hit | None:
        for guess in guesses:
            pair = proved(scene, Law(guess))
            if pair is not None:
                return hit(pair.slot, name=called(pair.slot))
        return None

    return look


TWICE = "Probabilities lie close together compared with logits, so a second {0} flattens everything."

RULES = (
    Rule(
        RuleText(
            id="value.softmax-again",
            title="Softmax applied twice",
            message="{name} is the softmax of the expected one: the softmax was applied twice.",
            why=TWICE.format("softmax"),
            mend="Leave one of the two out. Functions named `cross_entropy` or `log_softmax` contain one already.",
            example="""\
def right(logits, targets):
    return torch.softmax(logits, dim=1)

def wrong(logits, targets):
    return torch.softmax(torch.softmax(logits, dim=1), dim=1)
""",
        ),
        rank=13,
        look=_looking(Again(softmax)),
    ),
    Rule(
        RuleText(
            id="value.sigmoid-again",
            title="Sigmoid applied twice",
            message="{name} is the sigmoid of the expected one: the sigmoid was applied twice.",
            why=TWICE.format("sigmoid"),
            mend="Leave one of the two out. Functions whose names end in `_with_logits` contain one already.",
            example="""\
def right(pred, target):
    return torch.sigmoid(pred)

def wrong(pred, target):
    return torch.sigmoid(torch.sigmoid(pred))
""",
        ),
        rank=13,
        look=_looking(Again(sigmoid)),
    ),
    Rule(
        RuleText(
            id="value.softmax-left-out",
            title="A softmax is missing at the end",
            message="the softmax of {name} is the expected result: a last softmax is missing.",
            why="Raw scores may be any numbers; probabilities are positive and sum to 1.",
            mend="End with `torch.softmax(..., dim=-1)`.",
            example="""\
def right(logits, targets):
    return torch.softmax(logits, dim=1)

def wrong(logits, targets):
    return logits
""",
        ),
        rank=13,
        look=_looking(NotYet(softmax)),
    ),
    Rule(
        RuleText(
            id="value.sigmoid-left-out",
            title="A sigmoid is missing at the end",
            message="the sigmoid of {name} is the expected result: a last sigmoid is missing.",
            why="Raw scores may be any numbers; probabilities lie between 0 and 1.",
            mend="End with `torch.sigmoid(...)`.",
            example="""\
def right(pred, target):
    return torch.sigmoid(pred)

def wrong(pred, target):
    return pred - 0
""",
        ),
        rank=13,
        look=_looking(NotYet(sigmoid)),
    ),
)
