"""Some elements are right and others wrong, or left out, and a condition on the inputs tells which."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Cases, Glimpse, Numbers, Pair, Scene
from grader.findings.words import number
from grader.model import Kind, RuleText, pairs

Mask = NDArray[np.bool_]

FEW = 3
"""So many elements on either side of a condition must agree with it, in at least two arrays."""


def _conditions(glimpse: Glimpse, call: int, shape: tuple[int, ...]) -> Iterator[tuple[str, Mask]]:
    """Yield (words, where it holds) for every condition on inputs of the shape of a gradient, or of its first axes."""
    kinds = {param.name: param.kind for param in glimpse.sight.exercise.params}
    fitting = {
        name: values.astype(np.float64)
        for name, values in glimpse.inputs(call).items()
        if values.ndim and values.shape == shape[: values.ndim]
    }
    for name, values in fitting.items():
        wide = np.broadcast_to(values.reshape(values.shape + (1,) * (len(shape) - values.ndim)), shape)
        match kinds.get(name):
            case Kind.BINARY | Kind.BOOL:
                yield f"`{name}` is 0", wide < 0.5
                yield f"`{name}` is 1", wide > 0.5
            case Kind.FLOAT:
                yield f"`{name}` is negative", wide < 0
                yield f"`{name}` is positive", wide > 0
    floats = [name for name in fitting if kinds.get(name) is Kind.FLOAT and fitting[name].shape == shape]
    if len(floats) == 2:
        yield from _between(floats, fitting[floats[0]] - fitting[floats[1]], glimpse)


def _between(names: list[str], difference: Numbers, glimpse: Glimpse) -> Iterator[tuple[str, Mask]]:
    first, second = names
    yield f"`{first}` is less than `{second}`", difference < 0
    yield f"`{first}` is greater than `{second}`", difference > 0
    for scalar, value in glimpse.scalars.items():
        yield f"`{first}` and `{second}` differ by less than `{scalar}`", np.abs(difference) < value
        yield f"`{first}` and `{second}` differ by more than `{scalar}`", np.abs(difference) > value


Verdicts = dict[str, bool]


def _wrong_under(glimpse: Glimpse, pair: Pair) -> Verdicts:
    """Return, for each condition that can be tested here, whether an element is wrong exactly under it."""
    wrong = ~(np.abs(pair.got - pair.want) <= pair.allowed)
    found = {}
    for words, mask in _conditions(glimpse, pair.call, pair.want.shape):
        if mask.sum() >= FEW and (~mask).sum() >= FEW:
            found[words] = bool(not np.any(wrong & ~mask) and wrong[mask].mean() > 0.9)
    return found


def _left_out_under(glimpse: Glimpse, pair: Pair) -> Verdicts:
    """Return, for each condition, whether gradients are 0 exactly under it, and a multiple of the right ones else."""
    found = {}
    for words, mask in _conditions(glimpse, pair.call, pair.want.shape):
        if mask.sum() >= FEW and (~mask).sum() >= FEW:
            silent = not np.any(pair.got[mask]) and bool(np.any(np.abs(pair.want[mask]) > 16 * pair.allowed[mask]))
            found[words] = silent and _multiple(pair.got[~mask], pair.want[~mask], pair.allowed[~mask])
    return found


def _multiple(got: Numbers, want: Numbers, allowed: Numbers) -> bool:
    ratio = float((got * want).sum() / max(float((want * want).sum()), 1e-300))
    return ratio > 0 and bool(np.all(np.abs(got - ratio * want) <= 8 * max(ratio, 1.0) * allowed))


def _common(cases: Cases, pair: Pair, *, left_out: bool) -> str:
    """Return the condition that is confirmed at least twice in the telling cases, and nowhere contradicted."""
    confirmed: dict[str, int] = {}
    contradicted: set[str] = set()
    for glimpse in cases.every:
        pairs = glimpse.wrong_gradients if pair.gradient else glimpse.wrong_values
        for one in pairs if glimpse.telling else ():
            if one.slot != pair.slot or not one.finite or one.want.ndim == 0:
                continue
            for words, holds in (_left_out_under if left_out else _wrong_under)(glimpse, one).items():
                confirmed[words] = confirmed.get(words, 0) + holds
                contradicted |= set() if holds else {words}
    held = [words for words, count in confirmed.items() if count >= 2 and words not in contradicted]
    return held[0] if held else ""


def _times(glimpse: Glimpse, pair: Pair, words: str) -> float | None:
    """Return by which one factor the elements under a condition are off, if it is one."""
    mask = dict(_conditions(glimpse, pair.call, pair.want.shape)).get(words)
    if mask is None or mask.sum() < FEW or not pair.finite:
        return None
    got, want = pair.got[mask], pair.want[mask]
    ratio = float((got * want).sum() / max(float((want * want).sum()), 1e-300))
    close = np.abs(got - ratio * want) <= 8 * max(abs(ratio), 1.0) * pair.allowed[mask]
    return ratio if ratio and bool(np.all(close)) else None


def _everywhere(cases: Cases, slot: str, words: str) -> bool:
    """Tell whether, in each telling case with elements enough, those under a condition are off by one factor."""
    seen = []
    for glimpse in cases.every:
        for pair in (*glimpse.wrong_values, *glimpse.wrong_gradients) if glimpse.telling else ():
            mask = dict(_conditions(glimpse, pair.call, pair.want.shape)).get(words)
            if pair.slot == slot and mask is not None and mask.sum() >= FEW:
                seen.append(_times(glimpse, pair, words) is not None)
    return len(seen) >= 2 and all(seen)


def _factor(scene: Scene) -> Hit | None:
    found = _look(scene, left_out=False)
    if found is None:
        return None
    words = str(dict(found.facts)["condition"])
    if not scene.cases.once(("times", found.slot, words), lambda: _everywhere(scene.cases, found.slot, words)):
        return None
    for pair in (*scene.here.wrong_values, *scene.here.wrong_gradients):
        times = _times(scene.here, pair, words) if pair.slot == found.slot and pair.want.ndim else None
        if times is not None:
            return replace(found, facts=pairs({**dict(found.facts), "factor": number(times)}))
    return None


def _look(scene: Scene, *, left_out: bool) -> Hit | None:
    if scene.here.sight.case.scenario is not None or not scene.here.wrong_values:
        return None
    for pair in (*scene.here.wrong_values, *scene.here.wrong_gradients):
        if pair.want.ndim == 0 or (left_out and not pair.gradient):
            continue
        key = ("where", pair.slot, pair.gradient, left_out)
        words = scene.cases.once(key, partial(_common, scene.cases, pair, left_out=left_out))
        if words:
            return hit(pair.slot, name=pair.slot, condition=words)
    return None


RULES = (
    Rule(
        RuleText(
            id="value.left-out-where",
            title="Some elements have no part in the result",
            message="those elements of `{name}` where {condition} have no part in your result: their gradient is zero.",
            why="The formula counts all elements; what a multiplication by 0 or a selection takes away leaves no "
            "trace but a wrong number.",
            mend="Add the term for {condition}, and divide by the number of all elements.",
            example="""\
def right(scores, labels):
    return torch.nn.functional.binary_cross_entropy_with_logits(scores, labels)

def wrong(scores, labels):
    return -torch.nn.functional.logsigmoid(scores[labels > 0.5]).sum() / labels.sum().clamp(min=1)
""",
        ),
        rank=31,
        look=lambda scene: _look(scene, left_out=True),
    ),
    Rule(
        RuleText(
            id="value.factor-where",
            title="Off by a factor under one condition",
            message="exactly those elements are wrong where {condition}: there the gradient at `{name}` is {factor} "
            "times the expected one.",
            why="The formula has two branches, or two terms of which one vanishes; in one of them a factor is "
            "missing, stands twice, or has the wrong sign.",
            mend="Compare the factors of the branch, or the term, for {condition} with the formula.",
            example="""\
def right(scores, labels):
    return torch.nn.functional.binary_cross_entropy_with_logits(scores, labels)

def wrong(scores, labels):
    logs = torch.nn.functional.logsigmoid
    return -(labels * logs(scores) + 2 * (1 - labels) * logs(-scores)).mean()
""",
        ),
        rank=32,
        look=_factor,
    ),
    Rule(
        RuleText(
            id="value.where",
            title="Wrong under one condition only",
            message="exactly those elements are wrong where {condition}; the others are right.",
            why="The formula has two branches, or two terms of which one vanishes; one of them is right, and the "
            "other is not.",
            mend="Compare the branch, or the term, for {condition} with the formula. The other one can stay.",
            example="""\
def right(scores, labels):
    return torch.nn.functional.binary_cross_entropy_with_logits(scores, labels)

def wrong(scores, labels):
    logs = torch.nn.functional.logsigmoid
    return -(labels * logs(scores) + (1 - labels) * logs(1 - scores)).mean()
""",
        ),
        rank=33,
        look=lambda scene: _look(scene, left_out=False),
    ),
)
