"""Anything that comes down the pipe is a frame or the one error, in bounded time and memory."""

from __future__ import annotations

import contextlib
import json
import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from grader import wire
from grader.errors import WireError
from grader.model import Loaded, Observation, Perform, Ready, Request
from grader.sandbox.plausible import plausible
from grader.worker.tensors import to_node

KINDS = (Observation, Loaded, Ready, Request)
scalars = st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats() | st.text(max_size=20)
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
FIELDS = (
    "values",
    "gradients",
    "raised",
    "printed",
    "missing",
    "claims",
    "buffers",
    "kind",
    "items",
    "array",
    "text",
    "type",
)
nearly = st.recursive(
    scalars | st.just({"kind": "none"}) | st.builds(lambda n: {"kind": "tensor", "array": n}, st.integers(-2, 5)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=5),
    max_leaves=20,
)
entries = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from(["F32", "BOOL", "BF16", "I64", "X", ""]),
        "shape": st.lists(st.integers(-1, 1 << 41), max_size=40),
        "data_offsets": st.lists(st.integers(-1, 1 << 41), min_size=1, max_size=3),
    }
)


def block(header: object, body: bytes) -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


def decoded(data: bytes) -> None:
    for kind in KINDS:
        with contextlib.suppress(WireError):
            value = wire.decode(data, kind)  # type: ignore[arg-type]
            if isinstance(value, Observation) and plausible(value):
                wire.encode(value)


@given(documents, documents, st.binary(max_size=64))
def test_any_json_is_a_value_or_a_wire_error(header: object, document: object, body: bytes) -> None:
    decoded(block(header, body))
    decoded(block({"__metadata__": {"json": json.dumps(document)}}, body))


@given(nearly, st.lists(entries, max_size=3), st.binary(max_size=64))
def test_what_nearly_is_a_reply_is_a_value_or_a_wire_error(document: object, arrays: list[object], body: bytes) -> None:
    header = {"__metadata__": {"json": json.dumps(document)}} | {str(index): each for index, each in enumerate(arrays)}
    decoded(block(header, body))


@given(st.integers(1, 5_000), st.sampled_from(["[", '{"values":[', '{"kind":"sequence","type":"list","items":[']))
def test_any_depth_is_refused_or_implausible(depth: int, opening: str) -> None:
    closing = {"[": "]", '{"values":[': "]}"}.get(opening, "]}")
    document = '{"values":[' + opening * depth + closing * depth + "]}"
    try:
        value = wire.decode(block({"__metadata__": {"json": document}}, b""), Observation)
    except WireError:
        return
    assert plausible(value) == (depth < 25)


@given(st.integers(0, (1 << 64) - 1), st.binary(max_size=40))
def test_a_length_that_is_announced_is_not_believed(length: int, body: bytes) -> None:
    sent = bytearray(wire.HEAD.pack(wire.MAGIC, length, bytes(16)) + body)

    def read(count: int) -> bytes:
        part = bytes(sent[:count])
        del sent[: len(part)]
        return part

    tracemalloc.start()
    try:
        with contextlib.suppress(WireError):
            wire.read_frame(read, 1 << 20)
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()
    with contextlib.suppress(WireError):
        wire.decode(length.to_bytes(8, "little") + body, Observation)


@given(
    st.recursive(
        scalars | st.binary() | st.complex_numbers(),
        lambda inner: st.lists(inner, max_size=5) | st.tuples(inner) | st.dictionaries(scalars, inner, max_size=4),
    )
)
def test_what_a_worker_writes_is_plausible(value: object) -> None:
    observation = Observation(values=(to_node(value),))
    assert plausible(observation)
    assert wire.decode(wire.encode(observation), Observation) == observation


def test_a_request_is_no_reply() -> None:
    for kind in (Perform, Request):
        with contextlib.suppress(WireError):
            wire.decode(wire.encode(Ready()), kind)
            raise AssertionError("a Ready was taken for a request")
