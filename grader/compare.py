"""Two observations -> their differences. Pure NumPy: numbers only, no words.

The tolerance is derived, not guessed (docs/decisions/0003-tolerance.md): the expected value is the reference's in
float64; the allowed error is `C` times the dtype's rounding at the value's scale plus `spread`, which is how far the
float64 result moves when the inputs move by one unit in their last place.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from grader.arrays import FLOAT_EPS, from_numpy, to_numpy
from grader.model import (
    PREVIEW,
    Array,
    Aspect,
    Difference,
    Gradient,
    Mapping,
    Node,
    Nothing,
    Number,
    Opaque,
    Sequence,
    Tensor,
    Text,
    Tolerance,
)

C = 16.0
"""On 43 unusual but right solutions the largest error was 8.6 of these units; the least visible of 82 wrong ones, 2e6."""

QUIET = np.errstate(invalid="ignore", over="ignore")
"""Numbers of any kind are compared: NaN, infinities, and what overflows on the way."""

LARGEST = {"float16": 65504.0, "bfloat16": 3.3895313892515355e38, "float32": 3.4028234663852886e38}


@dataclass(frozen=True)
class Reference:
    """The three faces of one expected value: in the case's dtype, in float64, and its spread.

    A float64 one of another structure is left out, a spread of another structure counts as zero. `magnitude` is that of
    the largest input, at least 1: a right algorithm may round intermediate results of this size.
    """

    actual: Node
    oracle: Node
    spread: Node
    magnitude: float = 1.0


def compare(got: Node, expected: Reference, slot: str, override: Tolerance | None = None) -> list[Difference]:
    """Return the differences of two returned structures, attributes before values."""
    actual = expected.actual
    match actual:
        case Tensor():
            return _tensors(got, expected, slot, override)
        case Sequence():
            return list(_sequences(got, expected, slot, override))
        case Mapping():
            return list(_mappings(got, expected, slot, override))
        case Number():
            return _numbers(got, expected, slot, override)
        case Text() | Nothing() | Opaque():
            if got == actual:
                return []
            aspect = Aspect.VALUE if type(got) is type(actual) else Aspect.TYPE
            return [Difference(slot=slot, aspect=aspect, got=token(got), expected=token(actual))]


def token(node: Node) -> str:
    """Return a short name for what a node is: "tensor", "tuple of 2", "float 0.5"."""
    match node:
        case Tensor():
            return f"{node.array.dtype} tensor {shape_token(node.array.shape)}"
        case Number():
            return f"{node.type} {node.text}"
        case Text():
            return repr(node.text[:80])
        case Nothing():
            return "None"
        case Sequence():
            return f"{node.type} of {len(node.items)}"
        case Mapping():
            return f"{node.type} with {', '.join(key for key, _ in node.items) or 'no keys'}"
        case Opaque():
            return node.type


def shape_token(shape: tuple[int, ...]) -> str:
    """Return a shape as Python writes it."""
    return str(tuple(shape))


def parts(expected: Reference) -> tuple[Reference, ...]:
    """Return what a sequence or mapping holds, in its order; nothing of anything else."""
    actual, oracle, spread = expected.actual, expected.oracle, expected.spread
    if isinstance(actual, Sequence):
        fits = [isinstance(face, Sequence) and len(face.items) == len(actual.items) for face in (oracle, spread)]
        wide = oracle.items if isinstance(oracle, Sequence) and fits[0] else actual.items
        moved = spread.items if isinstance(spread, Sequence) and fits[1] else (Nothing(),) * len(actual.items)
        return tuple(Reference(*faces, expected.magnitude) for faces in zip(actual.items, wide, moved, strict=True))
    if isinstance(actual, Mapping):
        exact = dict(oracle.items) if isinstance(oracle, Mapping) else {}
        shift = dict(spread.items) if isinstance(spread, Mapping) else {}
        return tuple(
            Reference(item, exact.get(key, item), shift.get(key, Nothing()), expected.magnitude)
            for key, item in actual.items
        )
    return ()


def _sequences(got: Node, expected: Reference, slot: str, override: Tolerance | None) -> Iterator[Difference]:
    actual = expected.actual
    assert isinstance(actual, Sequence)
    if not isinstance(got, Sequence) or len(got.items) != len(actual.items):
        yield Difference(slot=slot, aspect=Aspect.STRUCTURE, got=token(got), expected=token(actual))
        return
    if got.type != actual.type:
        yield Difference(slot=slot, aspect=Aspect.STRUCTURE, got=token(got), expected=token(actual))
    for index, (item, faces) in enumerate(zip(got.items, parts(expected), strict=True)):
        yield from compare(item, faces, f"{slot}[{index}]", override)


def _mappings(got: Node, expected: Reference, slot: str, override: Tolerance | None) -> Iterator[Difference]:
    actual = expected.actual
    assert isinstance(actual, Mapping)
    wanted = [key for key, _ in actual.items]
    if not isinstance(got, Mapping) or {key for key, _ in got.items} != set(wanted):
        yield Difference(slot=slot, aspect=Aspect.STRUCTURE, got=token(got), expected=token(actual))
        return
    own = dict(got.items)
    for key, faces in zip(wanted, parts(expected), strict=True):
        yield from compare(own[key], faces, f"{slot}.{key}" if slot else key, override)


def _numbers(got: Node, expected: Reference, slot: str, override: Tolerance | None) -> list[Difference]:
    actual, oracle, spread = expected.actual, expected.oracle, expected.spread
    assert isinstance(actual, Number)
    if not isinstance(got, Number) or got.type != actual.type:
        return [Difference(slot=slot, aspect=Aspect.TYPE, got=token(got), expected=token(actual))]
    if got.text == actual.text:
        return []
    mine, wide = _float(got), _float(oracle if isinstance(oracle, Number) else actual)
    if mine is None or wide is None:
        return [Difference(slot=slot, aspect=Aspect.VALUE, got=got.text, expected=actual.text)]
    moved = (_float(spread) if isinstance(spread, Number) else None) or 0.0
    arrays = Arrays(np.asarray(mine), np.asarray(wide), np.asarray(moved), "float32", expected.magnitude)
    return _values(arrays, slot, Aspect.VALUE, override)


def _float(number: Number) -> float | None:
    """Return a float's value; None for other numbers, and for a text that no worker of ours has written."""
    try:
        return float(number.text) if number.type == "float" else None
    except ValueError:
        return None


def _tensors(got: Node, expected: Reference, slot: str, override: Tolerance | None) -> list[Difference]:
    actual = expected.actual
    assert isinstance(actual, Tensor)
    if not isinstance(got, Tensor):
        aspect = Aspect.STRUCTURE if isinstance(got, Sequence | Mapping) else Aspect.TYPE
        return [Difference(slot=slot, aspect=aspect, got=token(got), expected=token(actual))]
    differences = [
        Difference(slot=slot, aspect=aspect, got=mine, expected=theirs)
        for aspect, mine, theirs in (
            (Aspect.SHAPE, shape_token(got.array.shape), shape_token(actual.array.shape)),
            (Aspect.DTYPE, got.array.dtype, actual.array.dtype),
            (Aspect.DEVICE, got.device, actual.device),
            (Aspect.REQUIRES_GRAD, str(got.requires_grad), str(actual.requires_grad)),
        )
        if mine != theirs
    ]
    if got.array.shape == actual.array.shape and not _close(got.array, value_band(expected, override)):
        arrays = triple(got.array, _exact(expected), expected.spread, actual.array.dtype, expected.magnitude)
        differences += _values(arrays, slot, Aspect.VALUE, override)
    return differences


def _exact(expected: Reference) -> Array:
    """Return a tensor's expected values: those in float64, unless they have another form."""
    actual, oracle = expected.actual, expected.oracle
    assert isinstance(actual, Tensor)
    fits = isinstance(oracle, Tensor) and oracle.array.shape == actual.array.shape
    return oracle.array if isinstance(oracle, Tensor) and fits else actual.array


Band = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Expected values, and how far each answer may be from them."""


def value_band(expected: Reference, override: Tolerance | None = None) -> Band:
    """Return what an answer is held against that should be a tensor."""
    actual, oracle = expected.actual, _exact(expected)
    assert isinstance(actual, Tensor)
    limits = _Limits(actual.array.dtype, expected.magnitude, Aspect.VALUE, override)
    return _band(oracle, _fitting(expected.spread, oracle), limits)


@dataclass(frozen=True)
class Arrays:
    """One tensor's values: the student's, the float64 reference's, its spread, and whose rounding counts, how large.

    `faces` are the reference's two as they came, if they did: what is worked out from them is then worked out once.
    """

    got: NDArray[Any]
    oracle: NDArray[Any]
    spread: NDArray[Any]
    dtype: str
    magnitude: float = 1.0
    faces: tuple[Array, Array | None] | None = None


def triple(got: Array, oracle: Array, spread: Node | Array | None, dtype: str, magnitude: float = 1.0) -> Arrays:
    """Return the arrays of one slot as NumPy sees them; a spread that does not fit counts as zero."""
    wide, moved = to_numpy(oracle), _fitting(spread, oracle)
    shift = np.zeros(wide.shape) if moved is None else to_numpy(moved)
    return Arrays(to_numpy(got), wide, shift, dtype, magnitude, (oracle, moved))


def _fitting(spread: Node | Array | None, oracle: Array) -> Array | None:
    moved = spread.array if isinstance(spread, Tensor) else spread
    return moved if isinstance(moved, Array) and moved.shape == oracle.shape else None


@QUIET
def _close(got: Array, band: Band) -> bool:
    """Tell whether all is finite and within tolerance, as it mostly is, in as few steps as that takes."""
    wide, allowed = band
    return bool((np.abs(to_numpy(got) - wide) <= allowed).all())


def gradient_differences(
    got: Gradient | None,
    expected: GradientFaces,
    magnitude: float = 1.0,
    override: Tolerance | None = None,
) -> list[Difference]:
    """Compare one slot's gradient.

    No gradient and a gradient of zeros are the same where the reference has either.
    """
    actual, oracle, _ = expected
    slot = f"gradient of {actual.slot}"
    mine = got.array if got is not None else None
    if actual.array is None or oracle.array is None:
        largest = 0.0 if mine is None else _largest(mine)
        if largest == 0.0:
            return []
        return [Difference(slot=slot, aspect=Aspect.GRADIENT, got="tensor", expected="None", error=number(largest))]
    if mine is None:
        if _largest(oracle.array) == 0.0:
            return []
        return [Difference(slot=slot, aspect=Aspect.GRADIENT, got="None", expected="tensor")]
    if mine.shape != actual.array.shape:
        shapes = shape_token(mine.shape), shape_token(actual.array.shape)
        return [Difference(slot=slot, aspect=Aspect.GRADIENT, got=shapes[0], expected=shapes[1])]
    if _close(mine, gradient_band(expected, magnitude, override)):
        return []
    wide, moved = _gradient_faces(expected)
    arrays = triple(mine, wide, moved, actual.array.dtype, magnitude)
    return _values(arrays, slot, Aspect.GRADIENT, override)


GradientFaces = tuple[Gradient, Gradient, Gradient | None]
"""A gradient in the case's dtype, in float64, and its spread."""


def gradient_band(expected: GradientFaces, magnitude: float = 1.0, override: Tolerance | None = None) -> Band:
    """Return what an answer's gradient is held against, where both of the reference are there."""
    wide, moved = _gradient_faces(expected)
    assert expected[0].array is not None
    limits = _Limits(expected[0].array.dtype, magnitude, Aspect.GRADIENT, override)
    return _band(wide, _fitting(moved, wide), limits)


def _gradient_faces(expected: GradientFaces) -> tuple[Array, Array | None]:
    actual, oracle, spread = expected
    assert actual.array is not None
    assert oracle.array is not None
    wide = oracle.array if oracle.array.shape == actual.array.shape else actual.array
    return wide, spread.array if spread else None


@QUIET
def _largest(array: Array) -> float:
    return float(np.max(np.abs(to_numpy(array)), initial=0.0))


def allowed_error(arrays: Arrays, aspect: Aspect, override: Tolerance | None = None) -> NDArray[np.float64]:
    """Return, for each element, how far it may be from the float64 reference."""
    limits = _Limits(arrays.dtype, arrays.magnitude, aspect, override)
    if arrays.faces is None:
        return _allowed(arrays.oracle, arrays.spread, limits)
    return _band(*arrays.faces, limits)[1]


class _Limits(NamedTuple):
    """What the allowed error depends on besides the expected numbers."""

    dtype: str
    magnitude: float
    aspect: Aspect
    override: Tolerance | None


@lru_cache(maxsize=4096)
@QUIET
def _band(oracle: Array, spread: Array | None, limits: _Limits) -> Band:
    """Return the expected values and how far each answer may be from them, read-only.

    Worked out once for a whole class: no submission has a part in it.
    """
    wide = to_numpy(oracle).astype(np.float64)
    allowed = _allowed(wide, np.zeros(wide.shape) if spread is None else to_numpy(spread), limits)
    for each in (wide, allowed):
        each.flags.writeable = False
    return wide, allowed


@QUIET
def _allowed(oracle: NDArray[Any], spread: NDArray[Any], limits: _Limits) -> NDArray[np.float64]:
    finite = np.where(np.isfinite(oracle), np.abs(oracle), 0.0)
    if limits.override is not None:
        return np.asarray(limits.override.atol + limits.override.rtol * finite, dtype=np.float64)
    if finite.size == 0:
        return finite.astype(np.float64)
    eps = FLOAT_EPS.get(limits.dtype, 0.0)
    if limits.aspect is Aspect.GRADIENT:
        scale: Any = max(float(finite.max()), 1.0 / finite.size) * limits.magnitude
    else:
        scale = np.maximum(finite, limits.magnitude)
    spread = np.where(np.isfinite(spread), spread, 0.0)
    return np.asarray(C * (eps * scale + np.maximum(spread, np.median(spread))), dtype=np.float64)


@QUIET
def _values(arrays: Arrays, slot: str, aspect: Aspect, override: Tolerance | None) -> list[Difference]:
    if arrays.oracle.size == 0:
        return []
    allowed = allowed_error(arrays, aspect, override)
    got, oracle = arrays.got.astype(np.float64, copy=False), arrays.oracle.astype(np.float64, copy=False)
    error = _errors(arrays, got, oracle, np.abs(got - oracle))
    outside = ~(error <= allowed)
    if not outside.any():
        return []
    ratio = np.where(outside, error / np.maximum(allowed, np.finfo(np.float64).tiny), -1.0)
    worst = np.unravel_index(int(np.argmax(ratio)), ratio.shape)
    return [
        Difference(
            slot=slot,
            aspect=aspect,
            index=tuple(int(position) for position in worst),
            got_value=number(arrays.got[worst]),
            expected_value=number(arrays.oracle[worst]),
            error=number(error[worst]),
            allowed=number(allowed[worst]),
            differing=int(outside.sum()),
            total=int(outside.size),
            got_array=_preview(arrays.got),
            expected_array=_preview(arrays.oracle),
        )
    ]


def _errors(
    arrays: Arrays, got: NDArray[np.float64], oracle: NDArray[np.float64], error: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return `error` as 0 where both are the same infinity or both NaN, infinite where only one is finite.

    What float64 can hold and the dtype cannot may be infinite in the answer.
    """
    overflow = (
        np.isinf(got) & (np.abs(oracle) > LARGEST.get(arrays.dtype, math.inf)) & (np.sign(got) == np.sign(oracle))
    )
    same = (got == oracle) | (np.isnan(got) & np.isnan(oracle)) | overflow
    return np.where(same, 0.0, np.where(np.isfinite(error), error, np.inf))


def number(value: Any) -> float | str:
    """Return a number as JSON can hold it: non-finite ones as "nan", "inf", "-inf"."""
    plain = float(value)
    return plain if math.isfinite(plain) else str(plain)


def _preview(values: NDArray[Any]) -> Array | None:
    if values.size > PREVIEW:
        return None
    return from_numpy(values, "float64" if values.dtype.kind == "f" else str(values.dtype))
