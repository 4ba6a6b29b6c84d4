"""What a worker answers, without its process."""

import os

import pytest

from grader import wire
from grader.model import Check, Checked, Load, Loaded, Node, Perform, Sequence, Status, Text
from grader.worker.serve import Channel, Session, _reply
from tests.builders import cell, tensor
from tests.unit.observing import function_call


def loaded(mode: str, source: str, session: Session) -> Loaded:
    return _reply(Load(mode=mode, cells=(cell(source),)), session)  # type: ignore[return-value]


def test_definitions_are_found_between_magics() -> None:
    session = Session()
    (result,) = loaded(
        "definitions", "%matplotlib inline\n!pip install x\ndef f(): return 3\nprint(1)\n", session
    ).cells
    assert result.status is Status.OK
    assert session.namespace["f"]() == 3


def test_a_module_has_no_magics() -> None:
    (result,) = loaded("module", "%matplotlib inline\n", Session()).cells
    assert result.raised.type == "SyntaxError"


def test_calls_find_what_was_loaded() -> None:
    session = Session()
    loaded("module", "def answer(x): return 2 * x", session)
    observed = _reply(Perform(call=function_call(x=[1.0, 2.0])), session)
    assert observed.values == (tensor([2.0, 4.0], requires_grad=True),)


def test_a_scenario_s_file_is_read_once_and_must_load() -> None:
    session = Session()
    source = "count = []\ndef play(student, draw):\n    count.append(1)\n    return {'calls': len(count)}\n"
    _reply(Load(mode="module", cells=(cell("def answer(x): ..."),), harness=(("answer", source),)), session)
    call = function_call(scenario="play", alias="answer")
    texts = [_reply(Perform(call=call), session).values[0].items[0][1].text for _ in range(2)]
    assert texts == ["1", "2"]
    broken = Session(harness_sources={"answer": "1 / 0"})
    with pytest.raises(RuntimeError, match="the exercise file does not load: ZeroDivisionError"):
        _reply(Perform(call=call), broken)


PREDICATES = """
import torch
def content(value): return None
def also_content(value): return True
def complains(value): return f"it is {value!r}"
def refuses(value): return False
def fails(value): raise KeyError(value)
def sums(value): return None if torch.is_tensor(value[0]) and value[0].sum() == 3 else "no"
"""


LETTER = Text(text="x")


def asked(predicate: str, node: Node = LETTER) -> Checked:
    return _reply(Check(harness=PREDICATES, predicate=predicate, node=node), Session())  # type: ignore[return-value]


def test_what_predicates_say() -> None:
    assert asked("content") == asked("also_content") == Checked()
    assert asked("complains").complaint == "it is 'x'"
    assert "not content" in asked("refuses").complaint
    assert asked("sums", Sequence(type="tuple", items=(tensor([1.0, 2.0]),))) == Checked()


@pytest.mark.parametrize(("predicate", "error"), [("fails", "KeyError"), ("absent", "KeyError")])
def test_a_predicate_that_fails_has_said_nothing(predicate: str, error: str) -> None:
    assert asked(predicate).raised.type == error
    broken = _reply(Check(harness="1 / 0", predicate="p", node=Text(text="")), Session())
    assert broken.raised.type == "ZeroDivisionError"


@pytest.mark.parametrize("text", ["plain", "\udc80 no code point \ud800"])
def test_any_text_can_be_sent(text: str) -> None:
    """A worker that could not send what a student prints would look like one that crashed."""
    session = Session()
    loaded("module", f"def answer(x):\n    print({text!r})\n    return {{{text!r}: {text!r}}}", session)
    receive, send = os.pipe()
    try:
        Channel(-1, send).send(bytes(16), _reply(Perform(call=function_call(x=[1.0])), session))
        _, block = wire.read_frame(lambda count: os.read(receive, count), 1 << 20)
    finally:
        os.close(receive)
        os.close(send)
    assert b"plain" in block or b"?" in block
