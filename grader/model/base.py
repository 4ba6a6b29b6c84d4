"""Arrays, and what every value is."""

from __future__ import annotations

import math
from typing import Any, NoReturn, TypeAlias

import msgspec

Scalar: TypeAlias = bool | int | float | str | None
Pairs: TypeAlias = tuple[tuple[str, Scalar], ...]

ITEM_BYTES = {
    "bool": 1, "uint8": 1, "int8": 1, "int16": 2, "int32": 4, "int64": 8,
    "float16": 2, "bfloat16": 2, "float32": 4, "float64": 8,
}  # fmt: skip


class Value(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A frozen record; fields not in the declaration are refused when it is decoded."""


class Array:
    """A dense array in row-major order, as raw little-endian bytes: what a tensor is outside torch.

    Not a record, so that the codec in `grader.wire` can lift the bytes out of the JSON.
    """

    __slots__ = ("data", "dtype", "shape")

    dtype: str
    shape: tuple[int, ...]
    data: bytes

    def __init__(self, dtype: str, shape: tuple[int, ...], data: bytes) -> None:
        if len(data) != math.prod(shape) * ITEM_BYTES[dtype]:
            raise ValueError(f"{len(data)} bytes are not an array of {dtype} {shape}")
        object.__setattr__(self, "dtype", dtype)
        object.__setattr__(self, "shape", shape)
        object.__setattr__(self, "data", data)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"Array is frozen: {name} cannot be set")

    def __reduce__(self) -> tuple[type[Array], tuple[str, tuple[int, ...], bytes]]:
        return Array, (self.dtype, self.shape, self.data)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Array) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        return f"Array({self.dtype}, {self.shape})"

    def _key(self) -> tuple[str, tuple[int, ...], bytes]:
        return self.dtype, self.shape, self.data


def pairs(mapping: dict[str, Any]) -> tuple[tuple[str, Any], ...]:
    """Return a dict as sorted, hashable pairs."""
    return tuple(sorted(mapping.items()))
