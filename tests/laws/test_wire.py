"""Bytes: what is encoded comes back bit for bit, and anything else is a value or the one error."""

from __future__ import annotations

import contextlib
import math

import numpy as np
import safetensors.numpy
from hypothesis import example, given
from hypothesis import strategies as st

from grader import wire
from grader.errors import WireError
from grader.model import ITEM_BYTES, Array, Observation, Request, Tensor
from tests.laws.values import arrays, nodes, observations

NAMES = {"bfloat16": None}  # NumPy has none


@given(observations())
def test_decoding_what_was_encoded_is_the_identity(observation: Observation) -> None:
    block = wire.encode(observation)
    again = wire.decode(block, Observation)
    assert again == observation
    assert wire.encode(again) == block


@given(st.sampled_from(sorted(ITEM_BYTES)), st.lists(st.integers(0, 3), max_size=4), st.data())
def test_any_bits_survive_nan_payloads_too(dtype: str, shape: list[int], data: st.DataObject) -> None:
    size = math.prod(shape) * ITEM_BYTES[dtype]
    array = Array(dtype, tuple(shape), data.draw(st.binary(min_size=size, max_size=size)))
    assert wire.decode(wire.encode(Tensor(array=array)), Tensor).array == array


@given(st.lists(arrays(dtypes=sorted(set(ITEM_BYTES) - {"bfloat16"})), max_size=4))
def test_the_safetensors_library_reads_our_blocks(found: list[Array]) -> None:
    block = wire.encode(Observation(buffers=tuple((str(index), array) for index, array in enumerate(found))))
    read = safetensors.numpy.load(block)
    assert len(read) == len(found)
    for index, array in enumerate(found):
        theirs = read[str(index)]
        assert (theirs.shape, theirs.dtype) == (array.shape, np.dtype(array.dtype))
        assert theirs.tobytes() == array.data


@given(st.binary(max_size=300))
@example(b"\0" * 8)
@example((2).to_bytes(8, "little") + b"{}")
def test_any_bytes_are_a_value_or_a_wire_error(data: bytes) -> None:
    for type_ in (Observation, Request):
        with contextlib.suppress(WireError):
            wire.decode(data, type_)


@given(observations(), st.data())
def test_a_damaged_block_is_a_value_or_a_wire_error(observation: Observation, data: st.DataObject) -> None:
    block = bytearray(wire.encode(observation))
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, len(block) - 1))
        block[position] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(block)))
    for damaged in (bytes(block), bytes(block[:cut])):
        with contextlib.suppress(WireError):
            assert isinstance(wire.decode(damaged, Observation), Observation)


@given(
    st.lists(st.binary(max_size=50), min_size=1, max_size=3), st.integers(1, 40), st.binary(min_size=16, max_size=16)
)
def test_frames_come_back_from_any_pieces(blocks: list[bytes], piece: int, nonce: bytes) -> None:
    sent = bytearray()
    for block in blocks:
        wire.write_frame(sent.extend, nonce, block)

    def read(count: int) -> bytes:
        part = bytes(sent[: min(count, piece)])
        del sent[: len(part)]
        return part

    assert [wire.read_frame(read, 100) for _ in blocks] == [(nonce, block) for block in blocks]


@given(st.binary(max_size=100))
def test_any_bytes_are_a_frame_or_an_error(data: bytes) -> None:
    sent = bytearray(data)

    def read(count: int) -> bytes:
        part = bytes(sent[:count])
        del sent[:count]
        return part

    with contextlib.suppress(WireError, EOFError):
        wire.read_frame(read, 50)


@given(nodes())
def test_values_are_equal_by_content_and_can_be_hashed(node: object) -> None:
    again = wire.decode(wire.encode(Observation(values=(node,))), Observation).values[0]  # type: ignore[arg-type]
    assert again == node
    assert hash(again) == hash(node)
