"""The result does not depend on the inputs."""

from __future__ import annotations

import numpy as np

from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Cases, Scene
from grader.findings.words import called, number
from grader.model import RuleText


def _constant(scene: Scene, slot: str) -> float | None:
    return scene.cases.once(("constant", slot), lambda: _the_constant(scene.cases, slot))


def _the_constant(cases: Cases, slot: str) -> float | None:
    """Return the number that every element of a slot is in every ordinary case, if the expected ones differ."""
    got, want = [], []
    for glimpse in cases.plain:
        for pair in glimpse.values:
            if pair.slot == slot and pair.got.size:
                got.append(pair.got.reshape(-1))
                want.append(pair.want.reshape(-1))
    if len(got) < 2:
        return None
    numbers, truths = np.concatenate(got), np.concatenate(want)
    if not np.isfinite(numbers).all() or np.ptp(numbers) > 1e-6 * abs(float(numbers[0])):
        return None
    finite = truths[np.isfinite(truths)]
    varied = np.unique(np.round(finite, 6)).size > 1
    return float(numbers[0]) if varied else None


def _look(scene: Scene, *, telling: bool) -> Hit | None:
    for pair in scene.here.wrong_values:
        value = _constant(scene, pair.slot)
        if value is not None and (value in {0.0, 1.0, -1.0}) is not telling:
            return hit(pair.slot, name=called(pair.slot), value=number(value), how=_origin(scene, value))
    return None


def _origin(scene: Scene, value: float) -> str:
    written = [one.value for one in scene.here.sight.facts.literals]
    if any(abs(one - value) <= 1e-4 * abs(value) for one in written):
        return "that number is written in your code, not computed"
    return "it is made of numbers of your own, and not of the inputs"


RULES = (
    Rule(
        RuleText(
            id="value.constant",
            title="The same answer for all inputs",
            message="{name} is {value} whatever the inputs are.",
            why="Something wipes the inputs out: a multiplication by zero, a comparison that is never true, a "
            "softmax over an axis of size 1, or a result that is never updated.",
            mend="Print what you compute line by line, and find the first line where the numbers stop varying.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    return ((pred - pred) * target).mean()
""",
        ),
        rank=3,
        look=lambda scene: _look(scene, telling=False),
    ),
    Rule(
        RuleText(
            id="value.hard-coded",
            title="A number instead of a computation",
            message="{name} is {value} for all inputs: {how}.",
            why="An example's answer is right for that example alone; your function is called with inputs that you "
            "have not seen.",
            mend="Compute the result from the arguments.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    return 0 * pred.sum() + 1.3721
""",
        ),
        rank=3,
        look=lambda scene: _look(scene, telling=True),
    ),
)
