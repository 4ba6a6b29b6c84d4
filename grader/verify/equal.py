"""Does an observation equal the reference's to within a few units in the last place? Pure."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.arrays import FLOAT_EPS, to_numpy
from grader.model import Array, Case, Expectation, Gradient, Mapping, Node, Number, Observation, Sequence, Tensor

ULPS = 4.0
"""In the case's dtype, where the reference's own spread is added."""
WIDE_ULPS = 1024.0
"""In float64, of the largest element or of 1: what is left of a difference when it is only one of rounding."""


def equal(actual: Observation, wide: Observation | None, case: Case, expectation: Expectation) -> bool:
    """Tell whether values, gradients and conduct agree, in the case's dtype and, if given, in float64."""
    ignored = {slot.removeprefix("output").removeprefix(".") for slot, _ in case.checks}
    return (
        _conduct(actual) == _conduct(expectation.actual)
        and _same(actual, expectation.actual, expectation.spread, ULPS, ignored)
        and (wide is None or _same(wide, expectation.oracle, Observation(), WIDE_ULPS, ignored))
    )


def _conduct(one: Observation) -> tuple[object, ...]:
    """Return what besides numbers can be told of a call."""
    raised = one.raised.type if one.raised else None
    backward = one.backward.type if one.backward else None
    return raised, backward, one.missing, one.claims.modified, one.claims.state_changed, one.claims.repeatable


def _same(mine: Observation, theirs: Observation, spread: Observation, ulps: float, ignored: set[str]) -> bool:
    if len(mine.values) != len(theirs.values) or len(mine.gradients) != len(theirs.gradients):
        return False
    moved = [*spread.values, *theirs.values[len(spread.values) :]]
    values = zip(mine.values, theirs.values, moved, strict=True)
    if not all(_nodes(got, want, shift if spread.values else None, ulps, ignored) for got, want, shift in values):
        return False
    shifts = [*spread.gradients, *([()] * (len(theirs.gradients) - len(spread.gradients)))]
    groups = zip(mine.gradients, theirs.gradients, shifts, strict=True)
    return all(_groups(got, want, shift, ulps) for got, want, shift in groups)


def _nodes(got: Node, want: Node, spread: Node | None, ulps: float, ignored: set[str]) -> bool:
    if isinstance(got, Tensor) and isinstance(want, Tensor):
        moved = spread.array if isinstance(spread, Tensor) else None
        return got.requires_grad == want.requires_grad and _arrays(got.array, want.array, moved, ulps)
    if isinstance(got, Number) and isinstance(want, Number) and got.type == want.type == "float":
        arrays = (np.asarray(float(got.text)), np.asarray(float(want.text)))
        return _close(*arrays, np.zeros(()), ulps * FLOAT_EPS["float32"])
    if isinstance(got, Sequence) and isinstance(want, Sequence):
        shifts = spread.items if isinstance(spread, Sequence) else (None,) * len(want.items)
        return (
            got.type == want.type
            and len(got.items) == len(want.items) == len(shifts)
            and all(_nodes(a, b, c, ulps, set()) for a, b, c in zip(got.items, want.items, shifts, strict=True))
        )
    if isinstance(got, Mapping) and isinstance(want, Mapping):
        own, moves = dict(got.items), dict(spread.items) if isinstance(spread, Mapping) else {}
        return own.keys() == dict(want.items).keys() and all(
            _nodes(own[key], item, moves.get(key), ulps, set()) for key, item in want.items if key not in ignored
        )
    return got == want


def _groups(got: tuple[Gradient, ...], want: tuple[Gradient, ...], spread: tuple[Gradient, ...], ulps: float) -> bool:
    own = {gradient.slot: gradient.array for gradient in got}
    moves = {gradient.slot: gradient.array for gradient in spread}
    return all(_gradients(own.get(each.slot), each.array, moves.get(each.slot), ulps) for each in want)


def _gradients(got: Array | None, want: Array | None, spread: Array | None, ulps: float) -> bool:
    if got is None or want is None:
        return all(array is None or not np.any(to_numpy(array)) for array in (got, want))
    return _arrays(got, want, spread, ulps)


def _arrays(got: Array, want: Array, spread: Array | None, ulps: float) -> bool:
    if (got.dtype, got.shape) != (want.dtype, want.shape):
        return False
    mine, theirs = to_numpy(got).astype(np.float64), to_numpy(want).astype(np.float64)
    moved = to_numpy(spread) if spread is not None and spread.shape == want.shape else np.zeros(theirs.shape)
    return _close(mine, theirs, moved, ulps * FLOAT_EPS.get(want.dtype, 0.0))


def _close(got: NDArray[Any], want: NDArray[Any], spread: NDArray[Any], relative: float) -> bool:
    finite = np.abs(want[np.isfinite(want)])
    allowed = relative * float(finite.max(initial=1.0)) + ULPS * np.where(np.isfinite(spread), spread, 0.0)
    with np.errstate(invalid="ignore"):
        same = (got == want) | (np.isnan(got) & np.isnan(want)) | (np.abs(got - want) <= allowed)
    return bool(np.all(same))
