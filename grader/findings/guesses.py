"""Guesses made from variants: what the reference gives for changed inputs (`grader.findings.variants`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from grader.arrays import to_numpy
from grader.findings.laws import Law, proved
from grader.findings.rule import Hit, hit
from grader.findings.scene import Glimpse, Numbers, Pair, Scene
from grader.model import Execution, Node, Tensor
from grader.model import Mapping as MappingNode
from grader.sight import ROOT

Variants = Mapping[str, Mapping[str, Execution]]


@dataclass(frozen=True)
class As:
    """A guess: the student got what the reference gives for a variant of the inputs."""

    name: str
    known: Variants = field(compare=False, repr=False)

    def __call__(self, glimpse: Glimpse, pair: Pair) -> Numbers | None:
        """Return what the reference gave for the variant, if it was tried in this case."""
        execution = self.known.get(self.name, {}).get(glimpse.name)
        if not pair.gradient:
            return _value(execution, pair)
        return None if pair.slot in self.name.split(":") else _gradient(execution, pair)


@dataclass(frozen=True)
class AsIfZero:
    """A guess: an argument of 0 is taken for one that was left out, as in `x or default`."""

    argument: str
    known: Variants = field(compare=False, repr=False)

    def __call__(self, glimpse: Glimpse, pair: Pair) -> Numbers | None:
        """Return what the reference gave for the default, where the argument is 0."""
        if glimpse.scalars.get(self.argument) != 0:
            return None
        return As(f"default:{self.argument}", self.known)(glimpse, pair)


@dataclass(frozen=True)
class Meeting:
    """A guess: every row met the target of every row, so the result is the mean over all ways to shift them."""

    known: Variants = field(compare=False, repr=False)
    thin: bool = False

    def __call__(self, glimpse: Glimpse, pair: Pair) -> Numbers | None:
        """Return the mean over the truth and all shifts, if all were tried; with `thin`, where an axis has size 1."""
        size = next(iter(glimpse.sizes.values()), 0)
        if self.thin and 1 not in glimpse.sizes.values():
            return None
        shifts = [As(f"rolled:{k}", self.known)(glimpse, pair) for k in range(1, size)]
        found = [shift for shift in shifts if shift is not None]
        if not found or len(found) != size - 1:
            return None
        return np.asarray(np.mean([pair.want, *found], axis=0))


def _value(execution: Execution | None, pair: Pair) -> Numbers | None:
    observation = execution.observation if execution is not None else None
    if observation is None or pair.call >= len(observation.values):
        return None
    node = _at(observation.values[pair.call], pair.slot)
    if not isinstance(node, Tensor) or node.array.shape != pair.want.shape:
        return None
    return to_numpy(node.array).astype(np.float64)


def _at(node: Node, slot: str) -> Node | None:
    if slot == ROOT:
        return node
    return dict(node.items).get(slot) if isinstance(node, MappingNode) else None


def _gradient(execution: Execution | None, pair: Pair) -> Numbers | None:
    observation = execution.observation if execution is not None else None
    if observation is None or pair.call >= len(observation.gradients):
        return None
    found = {gradient.slot: gradient.array for gradient in observation.gradients[pair.call]}.get(pair.slot)
    return None if found is None or found.shape != pair.want.shape else to_numpy(found).astype(np.float64)


def matching(scene: Scene, kinds: Iterable[str]) -> tuple[tuple[str, ...], Pair] | None:
    """Return (its name's parts, a wrong value) of the first variant of some kinds that explains every case it can."""
    if not scene.here.wrong_values:
        return None
    for name in scene.variants:
        if name.partition(":")[0] in kinds:
            guess = As(name, scene.variants)
            pair = proved(scene, Law(guess, guess, lenient=True))
            if pair is not None:
                return tuple(name.split(":")), pair
    return None


def looking(*kinds: str) -> Callable[[Scene], Hit | None]:
    """Return a look for variants of some kinds; the parts of a variant's name are its facts `first` and `second`."""

    def look(scene: Scene) -> Hit | None:
        found = matching(scene, kinds)
        if found is None:
            return None
        first, second, *_ = (*found[0][1:], "", "")
        return hit(found[1].slot, first=first, second=second)

    return look
