"""The numbers inside an `Array`, without NumPy: reports hold at most a few thousand of them."""

from __future__ import annotations

import math
import struct

from grader.model import Array

_CODES = {
    "bool": "?", "uint8": "B", "int8": "b", "int16": "h", "int32": "i", "int64": "q",
    "float16": "e", "float32": "f", "float64": "d",
}  # fmt: skip


def flat(array: Array) -> tuple[float, ...]:
    """Return an array's elements in row-major order as Python numbers; bfloat16 as the float that it stands for."""
    size = math.prod(array.shape)
    if array.dtype == "bfloat16":  # the upper half of a float32
        halves = struct.unpack(f"<{size}H", array.data)
        return struct.unpack(f"<{size}f", struct.pack(f"<{size}I", *(half << 16 for half in halves)))
    return struct.unpack(f"<{size}{_CODES[array.dtype]}", array.data)


def printable(value: float) -> float | str:
    """Return a number, or its name if JSON has none for it: "nan", "inf", "-inf"."""
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    return value
