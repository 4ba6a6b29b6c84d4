"""The sums along an axis tell which axis was normalised: rows that sum to 1, or gradients that sum to 0."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Cases, Glimpse, Numbers, Pair, Scene
from grader.findings.words import called
from grader.model import Aspect, RuleText

Reading = tuple[str, Callable[[Numbers], Numbers], float]

VALUES: tuple[Reading, ...] = (
    ("sums to 1", lambda x: x, 1.0),
    ("has exponentials that sum to 1", np.exp, 1.0),
    ("sums to 0", lambda x: x, 0.0),
)
GRADIENTS: tuple[Reading, ...] = (("sums to 0", lambda x: x, 0.0),)
NORMALISERS = ("softmax", "logsumexp", "exp", "logaddexp", "cross_entropy")
SOFTMAXES = ("softmax", "logsumexp")
SIGMOIDS = ("sigmoid", "softplus", "with_logits", "exp", "tanh", "logaddexp", "erf", "silu", "gelu", "elu_", "mish")
"""Parts of the names of operators that turn scores into probabilities."""


@dataclass(frozen=True)
class Sums:
    """What the sums of one array do, and along which axes: of the student's, and of the expected."""

    words: str
    mine: frozenset[int]
    theirs: frozenset[int]


def _sums_to(values: Numbers, axis: int, total: float, allowed: Numbers) -> bool:
    """Tell whether every sum along an axis is `total`, but for the rounding of its terms."""
    slack = 4 * allowed.sum(axis=axis) + 1e-6 * np.abs(values).sum(axis=axis) + 1e-12
    return bool(np.all(np.abs(values.sum(axis=axis) - total) <= slack))


def _normalised(values: Numbers, allowed: Numbers, reading: Reading) -> frozenset[int]:
    _, function, total = reading
    with np.errstate(all="ignore"):
        read = function(values)
    if not np.isfinite(read).all() or not np.any(np.abs(read) > 100 * allowed):
        return frozenset()
    return frozenset(axis for axis, size in enumerate(read.shape) if size > 1 and _sums_to(read, axis, total, allowed))


def _sums(pair: Pair) -> Sums | None:
    """Return what the sums of an array do, if they may do anything along some of its axes and not along all."""
    if not pair.finite or pair.want.ndim < 2 or min(pair.want.shape) < 2:
        return None
    for reading in GRADIENTS if pair.gradient else VALUES:
        mine, theirs = (_normalised(values, pair.allowed, reading) for values in (pair.got, pair.want))
        if (mine or theirs) and len(theirs) < pair.want.ndim and len(mine) < pair.want.ndim:
            return Sums(reading[0], mine, theirs)
    large = np.max(np.abs(pair.got)) > 100 * pair.allowed.max() < np.max(np.abs(pair.want))
    return Sums("", frozenset(), frozenset()) if large and pair.gradient else None


def _arrays(glimpse: Glimpse) -> Iterator[Pair]:
    yield from glimpse.wrong_values
    if glimpse.wrong_values:
        yield from glimpse.wrong_gradients


def _look(scene: Scene, test: Callable[[Sums], bool], key: str) -> tuple[Pair, Sums] | None:
    """Return a wrong array whose sums pass a test, if in every telling case they do."""
    for pair in _arrays(scene.here):
        sums = _sums(pair)
        if sums is None or not test(sums):
            continue
        where = (key, pair.slot, pair.gradient)
        if scene.cases.once(where, partial(_always, scene.cases, pair, test)):
            return pair, sums
    return None


def _always(cases: Cases, pair: Pair, test: Callable[[Sums], bool]) -> bool:
    arrays = [one for glimpse in cases.every if glimpse.telling for one in _arrays(glimpse)]
    found = [sums for one in arrays if (one.slot, one.gradient) == (pair.slot, pair.gradient)
             and (sums := _sums(one)) is not None]  # fmt: skip
    return bool(found) and all(map(test, found))


def _wrong_axis(scene: Scene) -> Hit | None:
    found = _look(scene, lambda sums: bool(sums.mine and sums.theirs and not sums.mine & sums.theirs), "axis")
    if found is None:
        return None
    pair, sums = found
    what = f"the gradient at `{pair.slot}`" if pair.gradient else called(pair.slot)
    got, want = (_name(scene.here, pair, min(axes)) for axes in (sums.mine, sums.theirs))
    return hit(pair.slot, name=what, sums=sums.words, got=got, want=want)


def _name(glimpse: Glimpse, pair: Pair, axis: int) -> str:
    size = pair.want.shape[axis]
    names = [name for name, own in glimpse.sizes.items() if own == size and not name.startswith("axis ")]
    own = glimpse.axes(pair.slot)
    if pair.gradient and axis < len(own):
        return f"`{own[axis]}` (dim={axis})"
    return f"`{names[0]}` (dim={axis})" if names else f"dim={axis}"


def _missing(scene: Scene) -> Hit | None:
    """The expected gradients sum to 0 along an axis, the student's along none, and nothing was normalised."""
    operators = scene.cases.operators, scene.cases.their_operators
    if _dispatched(operators[0], NORMALISERS) or not _dispatched(operators[1], NORMALISERS):
        return None
    found = _look(scene, lambda sums: bool(sums.theirs and not sums.mine), "unnormalised")
    if found is None:
        return None
    pair, sums = found
    name = pair.slot if pair.gradient else called(pair.slot)
    return hit(pair.slot, name=name, axis=_name(scene.here, pair, min(sums.theirs)), sums=sums.words)


def _unwanted(scene: Scene) -> Hit | None:
    """The student's gradients sum to 0 along an axis, and the expected ones along none, and something was normalised.

    Where the reference has a softmax, too, one of the student's may well belong.
    """
    if not _dispatched(scene.cases.operators, NORMALISERS) or _dispatched(scene.cases.their_operators, SOFTMAXES):
        return None
    found = _look(scene, lambda sums: bool(sums.mine and not sums.theirs), "normalised")
    if found is None:
        return None
    pair, sums = found
    name = pair.slot if pair.gradient else called(pair.slot)
    return hit(pair.slot, name=name, axis=_name(scene.here, pair, min(sums.mine)), sums=sums.words)


BENT = ("sigmoid", "softplus", "with_logits")
"""Parts of the names of operators that bend each of their inputs by itself."""


def _dispatched(operators: frozenset[str], parts: tuple[str, ...]) -> bool:
    return any(part in name for name in operators for part in parts)


def _no_sigmoid(scene: Scene) -> Hit | None:
    """Nothing that the submission dispatched bends its inputs, and the reference used a sigmoid or its kin."""
    wrong = [pair for pair in scene.here.wrong_values if pair.finite]
    if not wrong or not scene.cases.operators or scene.cases.values_right:
        return None
    if scene.here.first(Aspect.REQUIRES_GRAD) is not None:  # a step function is not a straight line
        return None
    needed = _dispatched(scene.cases.their_operators, BENT)
    if not needed or _dispatched(scene.cases.operators, SIGMOIDS + NORMALISERS):
        return None
    right = [
        glimpse for glimpse in scene.cases.plain if glimpse.telling and glimpse.values and not glimpse.wrong_values
    ]
    return hit(wrong[0].slot, name=called(wrong[0].slot)) if not right else None


RULES = (
    Rule(
        RuleText(
            id="value.wrong-axis",
            title="The wrong axis",
            message="{name} {sums} along {got}; it should along {want}.",
            why="A softmax makes the numbers along its axis compete. Along the batch, examples that have nothing to "
            "do with each other share one probability.",
            mend="Change `dim`: it names the axis along which the classes stand, usually the last, `dim=-1`.",
            example="""\
def right(logits, targets):
    return torch.softmax(logits, dim=1)

def wrong(logits, targets):
    return torch.softmax(logits, dim=0)
""",
        ),
        rank=19,
        look=_wrong_axis,
    ),
    Rule(
        RuleText(
            id="value.missing-softmax",
            title="The softmax is missing",
            message="no softmax stands behind `{name}`: with one, its gradient {sums} along {axis}, and yours does "
            "not.",
            why="Logits are raw scores. Without a softmax the other classes have no part in the result, and it has "
            "no bottom: it can be made smaller for ever.",
            mend="Use `torch.log_softmax(..., dim=-1)` where the formula has the log of a probability, "
            "`torch.softmax` where it has a probability.",
            example="""\
def right(logits, targets):
    return -torch.log_softmax(logits, dim=1).gather(1, targets[:, None]).mean()

def wrong(logits, targets):
    return -logits.gather(1, targets[:, None]).mean()
""",
        ),
        rank=20,
        look=_missing,
    ),
    Rule(
        RuleText(
            id="value.unwanted-softmax",
            title="A softmax where none belongs",
            message="your code makes the numbers along {axis} compete, as a softmax does: the gradient at `{name}` "
            "{sums} there, and should not.",
            why="A softmax fits where exactly one of several answers is true. Where each answer is true or false by "
            "itself, one can then only become likelier if the others become less so.",
            mend="Use `torch.sigmoid` (or `logsigmoid`) on each number by itself.",
            example="""\
def right(logits, targets):
    return -torch.nn.functional.logsigmoid(logits).gather(1, targets[:, None]).mean()

def wrong(logits, targets):
    return -torch.log_softmax(logits, dim=1).gather(1, targets[:, None]).mean()
""",
        ),
        rank=20,
        look=_unwanted,
    ),
    Rule(
        RuleText(
            id="value.no-sigmoid",
            title="The sigmoid is missing",
            message="{name} grows in a straight line with its inputs: no sigmoid, and nothing like it, has a part in "
            "it.",
            why="A logit is a raw score. Only a sigmoid turns it into the probability, or the log of a probability, "
            "that the formula has.",
            mend="Use `torch.nn.functional.logsigmoid` where the formula has the log of a probability, "
            "`torch.sigmoid` where it has a probability.",
            example="""\
def right(scores, labels):
    return torch.nn.functional.binary_cross_entropy_with_logits(scores, labels)

def wrong(scores, labels):
    return -(labels * scores).mean() - 1
""",
        ),
        rank=20,
        look=_no_sigmoid,
    ),
)
