"""Values as bytes."""

import io
import json
import subprocess
import sys

import pytest

from grader import wire
from grader.errors import WireError
from grader.model import (
    Array,
    Call,
    Execution,
    Form,
    Observation,
    Perform,
    Request,
    Sequence,
    Status,
    Tensor,
    Text,
)
from tests.builders import array, tensor

OBSERVATION = Observation(
    values=(Sequence(type="tuple", items=(tensor([1.0, 2.0]), Text(text="two"))),),
    buffers=(("running", array([[3]], "int64")),),
)


def test_a_value_comes_back_as_it_was() -> None:
    assert wire.decode(wire.encode(OBSERVATION), Observation) == OBSERVATION


def test_a_union_comes_back_as_the_member_it_was() -> None:
    request = Perform(call=Call(id="c", entry="f", form=Form.FUNCTION))
    assert wire.decode(wire.encode(request), Request) == request  # type: ignore[arg-type]


def test_arrays_are_aligned_and_follow_each_other() -> None:
    block = wire.encode(OBSERVATION)
    length = int.from_bytes(block[:8], "little")
    assert length % 8 == 0
    header = json.loads(block[8 : 8 + length])
    assert [header[name]["data_offsets"] for name in ("0", "1")] == [[0, 8], [8, 16]]
    assert len(block) == 8 + length + 16


def _block(header: object, body: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


def _entry(dtype: str = "F32", shape: object = (1,), offsets: object = (0, 4)) -> dict[str, object]:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


DOCUMENT = {"__metadata__": {"json": '{"array":0,"kind":"tensor"}'}}


def test_a_block_made_by_hand_is_read() -> None:
    assert wire.decode(_block(DOCUMENT | {"0": _entry()}, b"\0\0\x80\x3f"), Tensor) == tensor([1.0])


@pytest.mark.parametrize(
    "block",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xff" * 8, id="a header longer than the block"),
        pytest.param(_block({"__metadata__": {}}), id="no document"),
        pytest.param(_block({"0": _entry()}, b"1234"), id="no metadata"),
        pytest.param(_block(DOCUMENT), id="an array that is not there"),
        pytest.param(_block(DOCUMENT | {"1": _entry()}, b"1234"), id="numbers that do not begin at 0"),
        pytest.param(_block(DOCUMENT | {"0": _entry("F128")}, b"1234"), id="an unknown dtype"),
        pytest.param(_block(DOCUMENT | {"0": _entry(offsets=(4, 8))}, b"12345678"), id="a hole"),
        pytest.param(_block(DOCUMENT | {"0": _entry(shape=(2,))}, b"1234"), id="a shape too large for its bytes"),
        pytest.param(_block(DOCUMENT | {"0": _entry(offsets=(0, 400))}, b"1234"), id="offsets beyond the end"),
        pytest.param(_block(DOCUMENT | {"0": _entry()}, b"12345"), id="bytes of no array"),
        pytest.param(_block(DOCUMENT | {"0": _entry(shape=(-1,))}, b"1234"), id="a negative size"),
        pytest.param(_block(DOCUMENT | {"0": _entry(shape=(1 << 40, 1 << 40, 0), offsets=(0, 0))}), id="no such shape"),
        pytest.param(_block(DOCUMENT | {"0": _entry(shape=(1,) * 65)}, b"1234"), id="too many axes"),
        pytest.param(
            _block({"__metadata__": {"json": '{"array":true,"kind":"tensor"}'}, "0": _entry()}, b"1234"),
            id="a bool for a number",
        ),
        pytest.param(
            _block({"__metadata__": {"json": '{"array":0,"kind":"tensor","evil":1}'}, "0": _entry()}, b"1234"),
            id="an unknown field",
        ),
        pytest.param(_block({"__metadata__": {"json": "[" * 100_000}}), id="deep nesting"),
        pytest.param(
            _block({"__metadata__": DOCUMENT["__metadata__"] | _entry()}, b"1234"), id="a document that is an array"
        ),
        pytest.param(
            _block(DOCUMENT | {"0": _entry() | DOCUMENT["__metadata__"]}, b"1234"), id="an array that is a document"
        ),
        *(
            pytest.param(
                _block(DOCUMENT | {"0": {k: v for k, v in _entry().items() if k != field}}, b"1234"), id=f"no {field}"
            )
            for field in _entry()
        ),
        pytest.param(_block(DOCUMENT | {"0": _entry() | {"evil": 1}}, b"1234"), id="an unknown field of an array"),
    ],
)
def test_what_is_no_block_is_a_wire_error(block: bytes) -> None:
    with pytest.raises(WireError, match=r"\w+"):
        wire.decode(block, Tensor)


def test_a_header_over_the_limit_is_refused_before_it_is_read() -> None:
    with pytest.raises(WireError, match="longer than it may be"):
        wire.decode(wire.encode(Text(text="x" * 1000)), Text, header_bytes=100)


def test_what_is_no_value_cannot_be_sent() -> None:
    with pytest.raises(WireError, match="object cannot be sent"):
        wire.encode(Observation(values=(object(),)))  # type: ignore[arg-type]


def test_a_value_of_another_type_is_refused() -> None:
    with pytest.raises(WireError, match="this is not a Execution"):
        wire.decode(wire.encode(OBSERVATION), Execution)


def test_a_status_that_does_not_exist_is_refused() -> None:
    block = wire.encode(Execution(id="x", status=Status.OK)).replace(b'\\"ok\\"', b'\\"yo\\"')
    with pytest.raises(WireError, match="this is not a Execution"):
        wire.decode(block, Execution)


def _frame(block: bytes = b"block", nonce: bytes = b"n" * 16) -> bytes:
    file = io.BytesIO()
    wire.write_frame(file.write, nonce, block)
    return file.getvalue()


def test_a_frame_comes_back_though_it_arrives_in_pieces() -> None:
    file = io.BytesIO(_frame() + _frame(b"second"))
    piece = lambda count: file.read(min(count, 3))  # noqa: E731
    assert wire.read_frame(piece, 100) == (b"n" * 16, b"block")
    assert wire.read_frame(piece, 100) == (b"n" * 16, b"second")
    with pytest.raises(EOFError):
        wire.read_frame(piece, 100)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (_frame()[:10], "ends in its head"),
        (b"HTTP" + _frame()[4:], "not a frame"),
        (_frame()[:-1], "cut short"),
        (_frame(b"x" * 101), "has 101 bytes; at most 100"),
    ],
)
def test_what_is_no_frame_is_a_wire_error(data: bytes, words: str) -> None:
    with pytest.raises(WireError, match=words):
        wire.read_frame(io.BytesIO(data).read, 100)


def test_a_frame_over_the_limit_is_refused_before_its_bytes_are_read() -> None:
    file = io.BytesIO(_frame(b"x" * 1000))
    with pytest.raises(WireError, match="at most 100"):
        wire.read_frame(file.read, 100)
    assert file.tell() == wire.HEAD.size


def test_an_array_with_the_wrong_number_of_bytes_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="3 bytes are not an array"):
        Array("float32", (1,), b"123")


def test_an_array_is_frozen() -> None:
    with pytest.raises(AttributeError, match="frozen"):
        array([1.0]).dtype = "int64"


TOGETHER = """
import sys, threading
from grader import wire
from grader.model import Observation
block, start = wire.encode(Observation()), threading.Barrier(8)
def work():
    start.wait()
    wire.decode(block, Observation)
sys.setswitchinterval(1e-6)
threads = [threading.Thread(target=work) for _ in range(8)]
for each in threads: each.start()
for each in threads: each.join()
"""


def test_threads_that_decode_a_type_first_do_not_meet_in_the_middle() -> None:
    ends = [subprocess.run([sys.executable, "-c", TOGETHER], check=False).returncode for _ in range(20)]
    assert ends == [0] * 20  # without `learn`, one in five is -11
