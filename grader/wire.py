"""Values as bytes: one block in the safetensors format, whose metadata is the JSON document. Never pickle.

The format (https://huggingface.co/docs/safetensors) is written here because the library's raw interface differs from
release to release and its NumPy one has no bfloat16; a test reads our blocks with the library.

A frame on a pipe is a magic number, the length, the request's nonce, and the block. All limits are checked before
anything is allocated; whatever is wrong raises `WireError`.
"""

from __future__ import annotations

import math
import struct
import threading
from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Any, TypeVar

import msgspec

from grader.errors import WireError
from grader.model import ITEM_BYTES, Array

T = TypeVar("T")

MAGIC = b"GRD1"
HEAD = struct.Struct("<4sQ16s")
HEADER_BYTES = 1 << 20
"""The JSON part of a block may be so long."""
MAX_RANK = 32
"""As many axes as any NumPy has."""

_CODES = {
    "BOOL": "bool", "U8": "uint8", "I8": "int8", "I16": "int16", "I32": "int32", "I64": "int64",
    "F16": "float16", "BF16": "bfloat16", "F32": "float32", "F64": "float64",
}  # fmt: skip
_NAMES = {name: code for code, name in _CODES.items()}

MAX_ELEMENTS = 1 << 40
"""Of an array whose axes of size 0 count as 1: NumPy cannot make an empty array of any shape either."""

_Size = Annotated[int, msgspec.Meta(ge=0, le=MAX_ELEMENTS)]


class _Entry(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """An entry of a header: an array's, which has all but `json`, or the metadata's, which has that alone.

    One type for both, so that a header is decoded in one step. What is left out stands for what no block can hold.
    """

    dtype: str = ""
    shape: Annotated[tuple[_Size, ...], msgspec.Meta(max_length=MAX_RANK)] = (MAX_ELEMENTS,)
    data_offsets: tuple[_Size, _Size] = (-1, -1)
    json: str | None = None


_HEADERS = msgspec.json.Decoder(dict[str, _Entry])
_LOOKING = threading.Lock()


@lru_cache(maxsize=256)
def learn(type_: Any) -> None:
    """Have msgspec look at a type before anything of it is decoded.

    msgspec does so at the first use, and a second thread that comes in the middle sees half of what it found: measured,
    in version 0.22 eight threads that decode an `Observation` first kill their process in one of five tries.
    """
    with _LOOKING:
        msgspec.json.Decoder(type_, dec_hook=lambda *_: None)


def encode(value: msgspec.Struct) -> bytes:
    """Return a value as one block; its arrays are stored raw, in the order they are met."""
    arrays: list[Array] = []

    def lift(item: object) -> int:
        if not isinstance(item, Array):
            raise WireError(f"{type(item).__name__} cannot be sent")
        arrays.append(item)
        return len(arrays) - 1

    header = {"__metadata__": _Entry(json=msgspec.json.encode(value, enc_hook=lift).decode())}
    end = 0
    for index, array in enumerate(arrays):
        start, end = end, end + len(array.data)
        header[str(index)] = _Entry(_NAMES[array.dtype], array.shape, (start, end))
    text = msgspec.json.encode(header)
    text += b" " * (-len(text) % 8)
    return b"".join([len(text).to_bytes(8, "little"), text, *(array.data for array in arrays)])


def decode(data: bytes, type_: type[T], *, header_bytes: int = HEADER_BYTES) -> T:
    """Return the value that `encode` was given, or raise `WireError`. Every field is checked against `type_`."""

    def lower(kind: type, item: object) -> Array:
        if kind is not Array or type(item) is not int or not 0 <= item < len(arrays):
            raise WireError("an array's number is wrong")
        return arrays[item]

    try:
        document, arrays = _open(data, header_bytes)
        learn(type_)  # type: ignore[arg-type]
        return msgspec.json.decode(document, type=type_, dec_hook=lower)
    except (msgspec.MsgspecError, ValueError, RecursionError, OverflowError) as error:
        raise WireError(f"this is not a {getattr(type_, '__name__', type_)}: {str(error)[:200]}") from None


def _open(data: bytes, header_bytes: int) -> tuple[str, list[Array]]:
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > min(header_bytes, len(data) - 8):
        raise WireError("the header is longer than it may be")
    body = 8 + length
    header = _HEADERS.decode(data[8:body])
    metadata = header.pop("__metadata__", _Entry())
    if metadata.json is None or metadata.dtype:
        raise WireError("the document is missing")
    arrays, end = [], body
    for index in range(len(header)):
        entry = header.get(str(index), metadata)
        start, end = end, _checked_end(entry, end - body, len(data) - body) + body
        arrays.append(Array(_CODES[entry.dtype], entry.shape, data[start:end]))
    if end != len(data):
        raise WireError("there are bytes that belong to no array")
    return metadata.json, arrays


def _checked_end(entry: _Entry, start: int, available: int) -> int:
    """Return where an entry's bytes end, if they follow on `start` and are as many as its shape says."""
    if entry.dtype not in _CODES or entry.json is not None:
        raise WireError("an entry is no array of a dtype that may be sent")
    count = ITEM_BYTES[_CODES[entry.dtype]] * math.prod(entry.shape)
    if entry.data_offsets != (start, start + count) or start + count > available:
        raise WireError("an array's bytes are not where they must be")
    if not count and math.prod(size or 1 for size in entry.shape) > MAX_ELEMENTS:
        raise WireError("there is no array of this shape")
    return start + count


def write_frame(write: Callable[[bytes], object], nonce: bytes, block: bytes) -> None:
    """Send one block through a blocking `write` that takes all it is given."""
    write(HEAD.pack(MAGIC, len(block), nonce) + block)


def read_frame(read: Callable[[int], bytes], limit: int) -> tuple[bytes, bytes]:
    """Return (nonce, block) from `read(n)`, which gives at most n bytes and b"" at the end.

    Raises `EOFError` at a clean end, `WireError` on anything but a whole frame of at most `limit` bytes.
    """
    head = _read_exactly(read, HEAD.size)
    if not head:
        raise EOFError
    if len(head) < HEAD.size:
        raise WireError("the frame ends in its head")
    magic, length, nonce = HEAD.unpack(head)
    if magic != MAGIC:
        raise WireError("this is not a frame")
    if length > limit:
        raise WireError(f"the frame has {length} bytes; at most {limit} are allowed")
    block = _read_exactly(read, length)
    if len(block) < length:
        raise WireError("the frame is cut short")
    return nonce, block


def _read_exactly(read: Callable[[int], bytes], count: int) -> bytes:
    """Return `count` bytes, fewer at the end; they may come one by one, and take no more room than they are."""
    data = bytearray()
    while len(data) < count:
        part = read(min(count - len(data), 1 << 20))
        if not part:
            break
        data += part
    return bytes(data)
