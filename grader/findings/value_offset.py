"""The result is off by something that does not depend on what is differentiated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grader.findings.gradient_wrong import SECOND
from grader.findings.laws import Law, proved
from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Cases, Glimpse, Numbers, Pair, Scene
from grader.findings.words import called, named, number
from grader.model import RuleText


def _constant(scene: Scene) -> Hit | None:
    """Every value of every ordinary case is off by the same number, and the expected ones differ."""
    pair = _first(scene)
    if pair is None:
        return None
    offset = scene.cases.once(("offset", pair.slot), lambda: _offset(scene.cases, pair.slot))
    return hit(pair.slot, name=called(pair.slot), offset=_signed(offset)) if offset is not None else None


def _first(scene: Scene) -> Pair | None:
    return next((pair for pair in scene.here.wrong_values if pair.finite), None)


def _offset(cases: Cases, slot: str) -> float | None:
    pairs = [pair for glimpse in cases.plain for pair in glimpse.values if pair.slot == slot and pair.got.size]
    if len(pairs) < 2 or not all(pair.finite for pair in pairs):
        return None
    offset = float(np.median(np.concatenate([(pair.got - pair.want).reshape(-1) for pair in pairs])))
    truths = np.concatenate([pair.want.reshape(-1) for pair in pairs])
    if not all(pair.near(pair.want + offset) for pair in pairs) or np.ptp(truths) < 1e-3:
        return None
    return offset if any(pair.tells_apart(pair.want + offset) for pair in pairs) else None


def _signed(offset: float) -> str:
    return f"{number(abs(offset))} too {'large' if offset > 0 else 'small'}"


@dataclass(frozen=True)
class Added:
    """A guess: an input was added to what was expected, or taken from it."""

    name: str
    sign: int

    def __call__(self, glimpse: Glimpse, pair: Pair) -> Numbers | None:
        """Return the sum, if the input has the shape of the result and that is an array."""
        values = glimpse.inputs(pair.call).get(self.name)
        if values is None or not pair.want.ndim or values.shape != pair.want.shape:
            return None
        return pair.want + self.sign * values.astype(np.float64)


def _input(scene: Scene) -> Hit | None:
    for name in scene.here.inputs():
        for sign, how in ((1, "with `{}` added"), (-1, "less `{}`")):
            pair = proved(scene, Law(Added(name, sign)))
            if pair is not None:
                return hit(pair.slot, name=called(pair.slot), how=how.format(name))
    return None


def _independent(scene: Scene) -> Hit | None:
    """Every gradient of the ordinary cases is right and not zero, and values are wrong."""
    pair = _first(scene)
    if pair is None or not scene.here.plain or _whole(pair):
        return None
    gradients = [one for glimpse in scene.cases.plain for one in glimpse.gradients]
    telling = [one for one in gradients if one.right and np.any(np.abs(one.want) > 100 * one.allowed)]
    if len(telling) < 2 or not all(one.right for one in gradients):
        return None
    at = np.unravel_index(int(np.argmax(np.abs(pair.got - pair.want))), pair.want.shape)
    offset = float(pair.got[at] - pair.want[at])
    slots = list(dict.fromkeys(f"`{one.slot}`" for one in telling if SECOND not in one.slot))
    return hit(pair.slot, name=called(pair.slot), offset=_signed(offset), slots=named(slots))


def _whole(pair: Pair) -> bool:
    """Tell whether an output counts or points: whole numbers have no gradient that could be right."""
    return all(bool(np.all(values == np.round(values))) for values in (pair.got, pair.want))


RULES = (
    Rule(
        RuleText(
            id="value.offset",
            title="Off by a constant",
            message="{name} is {offset}, by the same number in every case.",
            why="A number was added that the formula does not have, or one that it has is missing.",
            mend="Look for constants in your code: a 1, an epsilon, a count that starts at the wrong number.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    return (pred - target).square().mean() + 1e-2
""",
        ),
        rank=14,
        look=_constant,
    ),
    Rule(
        RuleText(
            id="value.input-added",
            title="An input is added that does not belong there",
            message="{name} is the expected one {how}.",
            why="A residual connection adds the input to what is computed from it. That is one way to use the result, "
            "and belongs in it only where the formula says so.",
            mend="Look at the last lines: return what is computed alone.",
            example="""\
def right(logits):
    return torch.tanh(logits)

def wrong(logits):
    return logits + torch.tanh(logits)
""",
        ),
        rank=14,
        look=_input,
    ),
    Rule(
        RuleText(
            id="value.missing-term",
            title="A term without the argument is wrong",
            message="{name} is {offset} here, though the gradient at {slots} is right: what is wrong does not depend on "
            "{slots}. A term is missing, too much, or another one.",
            why="A term without {slots} in it changes the value but not the gradient, so training does not notice; "
            "the number itself is wrong all the same.",
            mend="Compare the terms of the formula with yours: which of them is about the other arguments alone?",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    return (pred - target).square().mean() - target.square().mean()
""",
        ),
        rank=30,
        look=_independent,
    ),
)
