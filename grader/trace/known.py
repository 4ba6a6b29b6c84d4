"""Does an array occur among others? Whatever its layout is, and up to rounding."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.arrays import to_numpy
from grader.model import Trace

Numbers = NDArray[np.float64]

CLOSE = 1e-4
"""So far apart, relative to the largest, may be what is the same number, rounded on other ways."""
CLOSE_ALONE = 1e-5
"""A single number is like another by chance sooner than many are."""
MOST_AXES = 4
COMPLEMENT = "1 - "
MOST_SLICED = 4096
MOST_SLICES = 20_000
MOST_TRIED = 8
"""So many arrays of a like weight are held against another."""


@dataclass(frozen=True)
class Match:
    """An array among others: its number, whether it is only a slice of that, and the sign before it ("", "-", "1 - ")."""

    number: int
    sliced: bool = False
    sign: str = ""


@dataclass(frozen=True)
class Known:
    """The arrays of a trace as float64. `plain` are those that are nothing but zeros, or ones: what a sum starts with."""

    arrays: tuple[Numbers, ...]

    @staticmethod
    def of(trace: Trace) -> Known:
        """Return the arrays of a trace."""
        return Known(tuple(np.asarray(to_numpy(array), dtype=np.float64) for array in trace.arrays))

    @cached_property
    def plain(self) -> frozenset[int]:
        """Those that say nothing."""
        return frozenset(number for number, array in enumerate(self.arrays) if _is_plain(array))

    def find(self, wanted: Numbers) -> Match | None:
        """Return the first array that holds the numbers of another, in any order of axes, or has them as a slice."""
        return next(self._matches(wanted), None)

    def _matches(self, wanted: Numbers) -> Iterator[Match]:
        faces = tuple(_faces(wanted))
        for sign, values in faces:
            for number in _near(self._wholes, values):
                if same(values, self.arrays[number], moved=sign != COMPLEMENT):
                    yield Match(number, sign=sign)
        for sign, values in faces:
            for number, axis, at in _near(self._slices, values):
                if same(values, np.asarray(self.arrays[number].take(at, axis))):
                    yield Match(number, sliced=True, sign=sign)

    @cached_property
    def _wholes(self) -> dict[int, list[tuple[float, Any]]]:
        found: dict[int, list[tuple[float, Any]]] = defaultdict(list)
        for number, array in enumerate(self.arrays):
            found[array.size].append((_weight(array), number))
        return found

    @cached_property
    def _slices(self) -> dict[int, list[tuple[float, Any]]]:
        found: dict[int, list[tuple[float, Any]]] = defaultdict(list)
        for number, axis, at in itertools.islice(self._places(), MOST_SLICES):
            part = np.asarray(self.arrays[number].take(at, axis))
            found[part.size].append((_weight(part), (number, axis, at)))
        return found

    def _places(self) -> Iterator[tuple[int, int, int]]:
        for number, array in enumerate(self.arrays):
            for axis in range(array.ndim if array.size <= MOST_SLICED else 0):
                if array.shape[axis] > 1:
                    yield from ((number, axis, at) for at in range(array.shape[axis]))


def same(one: Numbers, other: Numbers, *, moved: bool = True) -> bool:
    """Tell whether two arrays hold the same numbers, to rounding, read row by row, or, if `moved`, in another order of axes."""
    if one.size != other.size:
        return False
    one, other = one.squeeze(), other.squeeze()
    if _close(one.reshape(-1), other.reshape(-1)):
        return True
    if not moved or one.ndim != other.ndim or not 1 < one.ndim <= MOST_AXES:
        return False
    orders = itertools.permutations(range(one.ndim))
    return any(_close(one.transpose(order), other) for order in orders)


def makers(trace: Trace) -> dict[int, int]:
    """Return the step that makes each array; what is handed in is made by none."""
    found: dict[int, int] = {}
    for index, step in enumerate(trace.steps):
        for number in step.outputs:
            if number not in step.inputs:
                found.setdefault(number, index)
    return found


def _is_plain(array: Numbers) -> bool:
    return array.size > 0 and bool(np.all(array == array.flat[0])) and array.flat[0] in {0.0, 1.0}


def _close(one: Numbers, other: Numbers) -> bool:
    if one.shape != other.shape:
        return False
    finite = np.isfinite(other)
    if not np.array_equal(finite, np.isfinite(one)) or not np.array_equal(one[~finite], other[~finite], equal_nan=True):
        return False
    size = float(np.abs(other[finite]).max(initial=0.0))
    close = CLOSE if one.size > 1 else CLOSE_ALONE
    error = np.abs(one[finite] - other[finite])
    return bool(np.all(error <= close * np.abs(other[finite]) + 0.1 * close * size))


def _faces(values: Numbers) -> Iterator[tuple[str, Numbers]]:
    """Yield an array, and what a right solution may have in its place: the other sign, the other side of a mask."""
    yield "", values
    if np.any(values != 0):
        yield "-", -values
    if values.size > 1 and np.all((values == 0) | (values == 1)):
        yield COMPLEMENT, 1 - values


def _weight(values: Numbers) -> float:
    return float(np.abs(values[np.isfinite(values)]).sum())


def _near(table: dict[int, list[tuple[float, Any]]], values: Numbers) -> Iterator[Any]:
    weight = _weight(values)
    like = (place for other, place in table.get(values.size, ()) if abs(other - weight) <= 10 * CLOSE * weight)
    return itertools.islice(like, MOST_TRIED)
