"""All expected numbers of an exercise laid end to end: that a right answer is right is seen in a few steps.

What is not plainly right here is looked at case by case in `grader.judge`, which also says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from grader import compare
from grader.arrays import to_numpy
from grader.model import (
    Array,
    Call,
    Case,
    Exercise,
    Expectation,
    Gradient,
    Mapping,
    Node,
    Nothing,
    Observation,
    Tensor,
)
from grader.model import Sequence as NodeSequence
from grader.sight import magnitude_of

MOST_BYTES = 1 << 18
"""Of a case's arrays together: larger ones are looked at one by one, where the steps cost less than the numbers."""


@dataclass(frozen=True)
class _Lane:
    """The expected numbers of one dtype (n,), and how far an answer may be from each.

    `ends` is where each array ends, `cases` the number of the case that it is of.
    """

    dtype: str
    wide: NDArray[np.float64]
    allowed: NDArray[np.float64]
    ends: NDArray[np.int64]
    cases: tuple[int, ...]

    def cases_at(self, places: NDArray[np.bool_]) -> Iterator[int]:
        """Yield the number of every case that has one of these places, if not only once."""
        for index in set(np.searchsorted(self.ends, np.flatnonzero(places), side="right").tolist()):
            yield self.cases[index]


@dataclass(frozen=True)
class Panel:
    """What the reference gave in each case, None where that cannot be laid out; its arrays; all numbers by dtype."""

    actual: tuple[Observation | None, ...]
    arrays: tuple[tuple[Array, ...], ...]
    lanes: tuple[_Lane, ...]

    @staticmethod
    def of(exercise: Exercise, asked: Sequence[tuple[Case, Call, Expectation]]) -> Panel:
        """Return the panel of an exercise's cases."""
        bands = [_bands(exercise, *each) for each in asked]
        rows = [(index, *row) for index, each in enumerate(bands) for row in each or ()]
        dtypes = dict.fromkeys(array.dtype for _, array, _, _ in rows)
        return Panel(
            tuple(None if band is None else each[2].actual for band, each in zip(bands, asked, strict=True)),
            tuple(tuple(array for array, _, _ in band or ()) for band in bands),
            tuple(_lane(dtype, [row for row in rows if row[1].dtype == dtype]) for dtype in dtypes),
        )

    @compare.QUIET
    def met(self, observed: Sequence[Observation | None]) -> frozenset[int]:
        """Return the numbers of the cases in which all is formed as expected, finite, and within tolerance."""
        formed = set[int]()
        parts: dict[str, list[bytes]] = {lane.dtype: [] for lane in self.lanes}
        for index, (seen, actual, own) in enumerate(zip(observed, self.actual, self.arrays, strict=True)):
            arrays = None if seen is None or actual is None else _laid_out(seen, actual)
            if arrays is not None:
                formed.add(index)
            for array in own if arrays is None else arrays:  # whose place the reference's own keep
                parts[array.dtype].append(array.data)
        for lane in self.lanes:
            got = to_numpy(Array(lane.dtype, lane.wide.shape, b"".join(parts[lane.dtype])))
            near = np.abs(got - lane.wide) <= lane.allowed
            if not near.all():
                formed.difference_update(lane.cases_at(~near))
        return frozenset(formed)


def _lane(dtype: str, rows: Sequence[tuple[int, Array, NDArray[np.float64], NDArray[np.float64]]]) -> _Lane:
    return _Lane(
        dtype,
        np.concatenate([wide.reshape(-1) for _, _, wide, _ in rows]),
        np.concatenate([allowed.reshape(-1) for _, _, _, allowed in rows]),
        np.cumsum([wide.size for _, _, wide, _ in rows]),
        tuple(index for index, _, _, _ in rows),
    )


_Row = tuple[Array, NDArray[np.float64], NDArray[np.float64]]
"""An array in the case's dtype, the same in float64, and how far an answer may be from that."""


def _bands(exercise: Exercise, case: Case, call: Call, expectation: Expectation) -> list[_Row] | None:
    """Return all arrays that are expected in a case, in the order of `_laid_out`; None if that is not all there is."""
    actual, oracle, spread = expectation.actual, expectation.oracle, expectation.spread
    arrays = _laid_out(actual, actual)
    if arrays is None or actual.raised is not None or not case.values_agreed:
        return None
    if sum(len(array.data) for array in arrays) > MOST_BYTES:
        return None
    magnitude, found = magnitude_of(case, call, expectation), list[_Row]()
    for index, node in enumerate(actual.values):
        faces = compare.Reference(
            node, _at(oracle.values, index, node), _at(spread.values, index, Nothing()), magnitude
        )
        found += [(array, *compare.value_band(leaf, exercise.tolerance)) for array, leaf in _leaves(faces)]
    for index, group in enumerate(actual.gradients):
        wide, moved = (_by_slot(face.gradients, index) for face in (oracle, spread))
        for gradient in group:
            exact = wide.get(gradient.slot, gradient)
            if gradient.array is not None and exact.array is not None:
                band = compare.gradient_band((gradient, exact, moved.get(gradient.slot)), magnitude, exercise.tolerance)
                found.append((gradient.array, *band))
            elif gradient.array is not None:
                return None
    return found


def _leaves(expected: compare.Reference) -> Iterator[tuple[Array, compare.Reference]]:
    """Yield the arrays of a structure, each with its three faces."""
    if isinstance(expected.actual, Tensor):
        yield expected.actual.array, expected
    for part in compare.parts(expected):
        yield from _leaves(part)


def _at(nodes: tuple[Node, ...], index: int, default: Node) -> Node:
    return nodes[index] if index < len(nodes) else default


def _by_slot(gradients: tuple[tuple[Gradient, ...], ...], index: int) -> dict[str, Gradient]:
    return {gradient.slot: gradient for gradient in gradients[index]} if index < len(gradients) else {}


def _laid_out(seen: Observation, actual: Observation) -> list[Array] | None:
    """Return a submission's arrays in the order of the reference's; None if anything is formed otherwise."""
    found: list[Array] = []
    formed = (
        seen.backward is None
        and _lay_all(seen.values, actual.values, found)
        and _lay_gradients(seen.gradients, actual.gradients, found)
    )
    return found if formed else None


def _lay(node: Node, expected: Node, found: list[Array]) -> bool:
    """Take down the arrays of a node, and tell whether it is formed as expected."""
    match expected:
        case Tensor():
            if not isinstance(node, Tensor):
                return False
            found.append(node.array)
            same = node.device == expected.device and node.requires_grad == expected.requires_grad
            return same and _alike(node.array, expected.array)
        case NodeSequence():
            if not isinstance(node, NodeSequence) or node.type != expected.type:
                return False
            return _lay_all(node.items, expected.items, found)
        case Mapping():
            if not isinstance(node, Mapping) or [key for key, _ in node.items] != [key for key, _ in expected.items]:
                return False
            return _lay_all([item for _, item in node.items], [item for _, item in expected.items], found)
        case _:
            return node == expected


def _lay_all(nodes: Sequence[Node], expected: Sequence[Node], found: list[Array]) -> bool:
    if len(nodes) != len(expected):
        return False
    return all(map(_lay, nodes, expected, repeat(found)))


Gradients = tuple[tuple[Gradient, ...], ...]


def _lay_gradients(groups: Gradients, expected: Gradients, found: list[Array]) -> bool:
    if len(groups) != len(expected):
        return False
    for group, wanted in zip(groups, expected, strict=True):
        if len(group) != len(wanted):
            return False
        for gradient, like in zip(group, wanted, strict=True):
            mine, theirs = gradient.array, like.array
            if gradient.slot != like.slot or (mine is None) != (theirs is None):
                return False
            if mine is not None and theirs is not None:
                if not _alike(mine, theirs):
                    return False
                found.append(mine)
    return True


def _alike(one: Array, other: Array) -> bool:
    return one.dtype == other.dtype and one.shape == other.shape
