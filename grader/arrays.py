"""Arrays as NumPy sees them, and back; bfloat16, which NumPy lacks, is widened to float32."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.model import Array, Mapping, Node, Sequence, Tensor

FLOAT_EPS = {"float16": 2.0**-10, "bfloat16": 2.0**-7, "float32": 2.0**-23, "float64": 2.0**-52}
"""The distance from 1 to the next larger number of each dtype."""

ZERO_STEP = 2.0**-126
"""How far an exact zero is moved: to a neighbour on either side of a kink, and no further."""


def to_numpy(array: Array) -> NDArray[Any]:
    """Return the values, read-only; bfloat16 as float32."""
    if array.dtype == "bfloat16":
        bits = np.frombuffer(array.data, dtype="<u2").astype(np.uint32) << np.uint32(16)
        return bits.view(np.float32).reshape(array.shape)
    return np.frombuffer(array.data, dtype=np.dtype(array.dtype)).reshape(array.shape)


def from_numpy(values: NDArray[Any], dtype: str) -> Array:
    """Return an Array of `dtype`, rounding to the nearest, ties to even."""
    if dtype == "bfloat16":
        data = _bfloat16_bits(values).tobytes()
    else:
        with np.errstate(over="ignore", invalid="ignore"):
            data = np.ascontiguousarray(values, dtype=np.dtype(dtype)).tobytes()
    return Array(dtype, tuple(int(size) for size in values.shape), data)


def _bfloat16_bits(values: NDArray[Any]) -> NDArray[np.uint16]:
    single = np.ascontiguousarray(values, dtype=np.float32)
    bits = single.view(np.uint32)
    rounded = bits + np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))
    return np.where(np.isnan(single), np.uint32(0x7FC0), rounded >> np.uint32(16)).astype(np.uint16)


def is_float(dtype: str) -> bool:
    """Tell whether a dtype's name is one of a floating-point type."""
    return dtype in FLOAT_EPS


def ulp_jitter(values: NDArray[Any], dtype: str, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return float64 values, each moved up or down at random by one unit in the last place of `dtype`."""
    wide = values.astype(np.float64)
    _, exponent = np.frexp(np.where(np.isfinite(wide), wide, 1.0))
    step = np.ldexp(FLOAT_EPS[dtype], exponent - 1)
    signs = rng.integers(0, 2, size=wide.shape) * 2 - 1
    return np.where(wide == 0, signs * ZERO_STEP, wide + signs * step)


def arrays_of(node: Node) -> Iterator[Array]:
    """Yield the arrays of a returned structure, in order."""
    match node:
        case Tensor():
            yield node.array
        case Sequence():
            for item in node.items:
                yield from arrays_of(item)
        case Mapping():
            for _, item in node.items:
                yield from arrays_of(item)
        case _:
            return
