"""The evidence as rules read it: every number of the student's beside the reference's, of one case and of its siblings.

A loss is a single number, and one number is weak evidence. So a rule sees all cases of an exercise, all calls of a
case, and gradients, which are whole arrays even where the value is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from grader import compare, draw
from grader.arrays import is_float, to_numpy
from grader.model import (
    Argument,
    Array,
    Aspect,
    Difference,
    Execution,
    Kind,
    Misconceptions,
    Node,
    Number,
    Status,
    Tensor,
)
from grader.model import Mapping as MappingNode
from grader.model import Sequence as SequenceNode
from grader.mutants.slips import Slip
from grader.sight import ROOT, Sight
from grader.trace.parting import Parting

Numbers = NDArray[np.float64]
T = TypeVar("T")

ORDINARY_STD = 10.0
"""Inputs drawn with a larger standard deviation are there to break unstable formulas."""

STRESS = {"saturated", "extreme"}
LARGE = 100.0
"""A scenario's inputs are not known; an expected value beyond this tells that they are large."""


@dataclass(frozen=True, eq=False)
class Pair:
    """One array of the student's beside the reference's float64 one, both as float64, with the allowed error.

    `slot` is an output's, or, with `gradient`, the parameter's whose gradient it is. `right`: all within `allowed`.
    """

    slot: str
    gradient: bool
    call: int
    got: Numbers
    want: Numbers
    allowed: Numbers
    dtype: str

    @cached_property
    def right(self) -> bool:
        """Whether every element is within the allowed error; the same infinity and NaN on both sides count as equal."""
        with np.errstate(invalid="ignore", over="ignore"):
            near = np.abs(self.got - self.want) <= self.allowed
        same = (self.got == self.want) | (np.isnan(self.got) & np.isnan(self.want))
        return bool(np.all(near | same))

    @cached_property
    def finite(self) -> bool:
        """Whether both sides hold only finite numbers."""
        return bool(np.isfinite(self.got).all() and np.isfinite(self.want).all())

    def near(self, predicted: Numbers, slack: float = 4.0) -> bool:
        """Tell whether the student's numbers are those `predicted`, to `slack` times the allowed error at their "
        "size."""
        if predicted.shape != self.got.shape or self.got.size == 0:
            return False
        with np.errstate(all="ignore"):
            error = np.abs(self.got - predicted)
            return bool(np.all(error <= slack * self.allowed_at(predicted)))

    def allowed_at(self, predicted: Numbers) -> Numbers:
        """Return the allowed error of numbers of another size: it grows, and shrinks, as they do."""
        floor = FLOOR * _largest(predicted)
        if self.gradient:
            size = _largest(self.want)
            times = max(_largest(predicted) / size, 1e-6) if size else 1.0
            return np.asarray(np.maximum(self.allowed * times, floor))
        with np.errstate(all="ignore"):
            least = max(SMALLEST * _largest(self.want), TINY)
            grown = np.clip(np.abs(predicted) / np.maximum(np.abs(self.want), least), 1.0, 1e12)
        return np.asarray(np.maximum(self.allowed * grown, floor))

    def tells_apart(self, predicted: Numbers) -> bool:
        """Tell whether being `predicted` is something else than being right."""
        if predicted.shape != self.want.shape or not np.isfinite(predicted).all():
            return False
        return bool(np.any(np.abs(predicted - self.want) > 16 * np.maximum(self.allowed, self.allowed_at(predicted))))


TINY = 1e-300
SMALLEST = 1e-3
"""What is smaller than this, relative to the largest number, is allowed the error of a number of this size."""
FLOOR = 5e-7
"""A guess need not be met more exactly than this, relative to the largest number: who slips may round besides."""


def _largest(values: Numbers) -> float:
    return float(np.max(np.abs(values), initial=0.0))


@dataclass(frozen=True, eq=False)
class Glimpse:
    """One case, its numbers paired."""

    sight: Sight
    pairs: tuple[Pair, ...]

    @cached_property
    def values(self) -> tuple[Pair, ...]:
        """The pairs of returned numbers."""
        return tuple(pair for pair in self.pairs if not pair.gradient)

    @cached_property
    def gradients(self) -> tuple[Pair, ...]:
        """The pairs of gradients."""
        return tuple(pair for pair in self.pairs if pair.gradient)

    @cached_property
    def wrong_values(self) -> tuple[Pair, ...]:
        """The pairs of returned numbers that differ."""
        return tuple(pair for pair in self.values if not pair.right)

    @cached_property
    def wrong_gradients(self) -> tuple[Pair, ...]:
        """The pairs of gradients that differ."""
        return tuple(pair for pair in self.gradients if not pair.right)

    @property
    def name(self) -> str:
        """The case's name."""
        return self.sight.case.name

    @property
    def stressed(self) -> bool:
        """Whether the inputs are of a size that breaks unstable formulas."""
        case = self.sight.case
        if case.scenario is not None:
            return any(pair.want.size and _largest(pair.want) > LARGE for pair in self.values)
        return any(std > ORDINARY_STD for _, std in case.std) or any(fill in STRESS for _, fill in case.fill)

    @property
    def precise(self) -> bool:
        """Whether the numbers have digits enough to tell hypotheses apart."""
        return self.sight.case.dtype in {"float32", "float64"}

    @property
    def plain(self) -> bool:
        """Whether this is an ordinary case: what happens here is the formula, not rounding."""
        return self.precise and not self.stressed

    @property
    def telling(self) -> bool:
        """Whether this is an ordinary case whose numbers all differ: no ties, no repeated rows."""
        case = self.sight.case
        return self.plain and not case.fill and case.layout != "expanded"

    @cached_property
    def sizes(self) -> Mapping[str, int]:
        """The sizes of the named axes; of a scenario, of the axes of what it watches."""
        if self.sight.case.scenario is not None:
            return {f"axis {axis} of {pair.slot}": size
                    for pair in self.gradients for axis, size in enumerate(pair.want.shape)}  # fmt: skip
        sizes = draw.axis_sizes(self.sight.exercise.params, self.sight.case)
        named = {axis for param in self.sight.exercise.params for axis in param.axes if not axis.isdigit()}
        return {axis: size for axis, size in sizes.items() if axis in named}

    @cached_property
    def scalars(self) -> Mapping[str, float]:
        """The numbers that plain parameters have here."""
        known = draw.scalars(self.sight.exercise.params, self.sight.case)
        return {name: float(value) for name, value in known.items() if isinstance(value, int | float)}

    def inputs(self, call: int = 0) -> dict[str, NDArray[Any]]:
        """The arrays that a call was given, by parameter."""
        sets = self.sight.call.arguments
        chosen: tuple[Argument, ...] = sets[call] if call < len(sets) else ()
        return {argument.name: to_numpy(argument.array) for argument in chosen if argument.array is not None}

    def axes(self, name: str) -> tuple[str, ...]:
        """Return the axes of a parameter."""
        return next((param.axes for param in self.sight.exercise.params if param.name == name), ())

    def first(self, *aspects: Aspect) -> Difference | None:
        """Return the first difference in one of some aspects."""
        return next((one for one in self.sight.differences if one.aspect in aspects), None)

    def of_kind(self, *kinds: Kind) -> tuple[str, ...]:
        """Return the names of parameters drawn in one of some ways."""
        return tuple(param.name for param in self.sight.exercise.params if param.kind in kinds)


@dataclass(frozen=True, eq=False)
class Cases:
    """The cases that speak for each other: all of an exercise, or one scenario alone; and all there are, `around`."""

    every: tuple[Glimpse, ...]
    around: tuple[Glimpse, ...]
    memory: dict[object, Any] = field(default_factory=dict)

    def once(self, key: object, compute: Callable[[], T]) -> T:
        """Return `compute()`, worked out once for all cases."""
        if key not in self.memory:
            self.memory[key] = compute()
        found: T = self.memory[key]
        return found

    @cached_property
    def plain(self) -> tuple[Glimpse, ...]:
        """The ordinary cases that came back with numbers."""
        return tuple(glimpse for glimpse in self.every if glimpse.plain and glimpse.pairs)

    @cached_property
    def plainly_wrong(self) -> tuple[Glimpse, ...]:
        """The ordinary cases whose values differ."""
        return tuple(glimpse for glimpse in self.plain if glimpse.wrong_values)

    @cached_property
    def operators(self) -> frozenset[str]:
        """What the submission dispatched; not every case is counted, so what any of them did counts for all."""
        return frozenset(name for glimpse in self.every for name, _ in glimpse.sight.observed.claims.operators)

    @cached_property
    def functions(self) -> frozenset[str]:
        """The names of the functions that the submission called."""
        return frozenset(name for glimpse in self.every for name in glimpse.sight.observed.claims.used)

    @cached_property
    def their_operators(self) -> frozenset[str]:
        """What the reference dispatched."""
        theirs = [glimpse.sight.expectation.actual.claims.operators for glimpse in self.every]
        return frozenset(name for operators in theirs for name, _ in operators)

    @cached_property
    def values_right(self) -> bool:
        """Whether every value of every ordinary case of the exercise is right, and some were seen."""
        seen = [glimpse for glimpse in self.around if glimpse.plain and glimpse.values]
        return bool(seen) and not any(glimpse.wrong_values for glimpse in seen)


@dataclass(frozen=True, eq=False)
class Scene:
    """One case, among all cases of its exercise. `variants` are the reference's conduct on changed inputs, if known.

    `slip` is the change of the reference that explains every case of the exercise, if one does; `parting` is where the
    submission's numbers leave the reference's.
    """

    here: Glimpse
    cases: Cases
    variants: Mapping[str, Mapping[str, Execution]]
    slip: Slip | None = None
    parting: Parting | None = None


def scenes(
    sights: tuple[Sight, ...],
    variants: Misconceptions | None = None,
    slip: Slip | None = None,
    parting: Parting | None = None,
) -> tuple[Scene, ...]:
    """Return a scene for each case. A scenario asks something of its own, and so is no evidence for the others."""
    glimpses = tuple(Glimpse(sight, tuple(_pairs(sight))) for sight in sights)
    known = _by_name(variants)
    common = Cases(tuple(glimpse for glimpse in glimpses if glimpse.sight.case.scenario is None), glimpses)
    return tuple(
        Scene(
            glimpse,
            common if glimpse.sight.case.scenario is None else Cases((glimpse,), glimpses),
            known,
            slip,
            parting,
        )
        for glimpse in glimpses
    )


def _by_name(variants: Misconceptions | None) -> Mapping[str, Mapping[str, Execution]]:
    if variants is None:
        return {}
    return {name: {_case_of(one.id): one for one in found} for name, found in variants.executions}


def _case_of(execution: str) -> str:
    """Return the case's name of a variant's call "variant/case"."""
    return execution.partition("/")[2]


def _pairs(sight: Sight) -> Iterator[Pair]:
    expected, observed = sight.expectation, sight.observed
    if expected.status is not Status.OK or observed.raised is not None or not sight.case.values_agreed:
        return
    named = sight.case.scenario is not None or bool(sight.exercise.outputs)
    for call, (got, actual, oracle) in enumerate(
        zip(observed.values, expected.actual.values, expected.oracle.values, strict=False)
    ):
        spread = expected.spread.values[call] if call < len(expected.spread.values) else oracle
        for slot, mine, theirs, wide, moved in _leaves(got, actual, oracle, spread, "" if named else ROOT):
            if not sight.is_checked(slot):
                yield from _pair(sight, slot, call, (mine, theirs, wide, moved))
    yield from _gradient_pairs(sight)


Leaf = tuple[str, Node, Node, Node, Node]


def _leaves(got: Node, actual: Node, oracle: Node, spread: Node, slot: str) -> Iterator[Leaf]:
    """Yield (slot, got, actual, oracle, spread) for every number and tensor that both sides have."""
    match got, actual, oracle, spread:
        case SequenceNode(), SequenceNode(), SequenceNode(), SequenceNode():
            together = zip(got.items, actual.items, oracle.items, spread.items, strict=False)
            for index, four in enumerate(together):
                yield from _leaves(*four, f"{slot}[{index}]")
        case MappingNode(), MappingNode(), MappingNode(), MappingNode():
            others = [dict(node.items) for node in (got, oracle, spread)]
            for key, item in actual.items:
                if all(key in other for other in others):
                    own, wide, moved = (other[key] for other in others)
                    yield from _leaves(own, item, wide, moved, f"{slot}.{key}" if slot else key)
        case _:
            yield slot, got, actual, oracle, spread


def _pair(sight: Sight, slot: str, call: int, nodes: tuple[Node, Node, Node, Node]) -> Iterator[Pair]:
    got, actual, oracle, spread = (_array(node) for node in nodes)
    if got is None or actual is None or oracle is None or got.shape != oracle.shape:
        return
    plain_number = isinstance(nodes[1], Number) or not is_float(actual.dtype)
    dtype = "float32" if plain_number else actual.dtype
    yield _made(sight, slot, call, (got, oracle, spread if is_float(oracle.dtype) else None), dtype=dtype)


def _array(node: Node) -> Array | None:
    if isinstance(node, Tensor):
        return node.array
    if isinstance(node, Number) and node.type in {"int", "float"}:
        try:
            return Array("float64", (), np.float64(float(node.text)).tobytes())
        except (ValueError, OverflowError):
            return None
    return None


def _gradient_pairs(sight: Sight) -> Iterator[Pair]:
    expected, observed = sight.expectation, sight.observed
    groups = zip(observed.gradients, expected.actual.gradients, expected.oracle.gradients, strict=False)
    for call, (own, actual, oracle) in enumerate(groups):
        mine = {gradient.slot: gradient.array for gradient in own}
        wide = {gradient.slot: gradient.array for gradient in oracle}
        spreads = expected.spread.gradients[call] if call < len(expected.spread.gradients) else ()
        moved = {gradient.slot: gradient.array for gradient in spreads}
        for gradient in actual:
            got, want = mine.get(gradient.slot), wide.get(gradient.slot)
            if got is not None and want is not None and gradient.array is not None and got.shape == want.shape:
                three = (got, want, moved.get(gradient.slot))
                yield _made(sight, gradient.slot, call, three, dtype=gradient.array.dtype, gradient=True)


def _made(
    sight: Sight,
    slot: str,
    call: int,
    arrays: tuple[Array, Array, Array | None],
    *,
    dtype: str,
    gradient: bool = False,
) -> Pair:
    got, oracle, spread = arrays
    aspect = Aspect.GRADIENT if gradient else Aspect.VALUE
    faces = compare.triple(got, oracle, spread, dtype)
    wide = compare.Arrays(
        faces.got.astype(np.float64),
        faces.oracle.astype(np.float64),
        faces.spread.astype(np.float64),
        faces.dtype,
        sight.magnitude,
        faces.faces,
    )
    allowed = compare.allowed_error(wide, aspect, sight.exercise.tolerance)
    return Pair(slot, gradient, call, wide.got, wide.oracle, allowed, dtype)
