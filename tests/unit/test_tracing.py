"""The steps of a call, written down in the worker."""

from __future__ import annotations

import pytest

from grader.arrays import to_numpy
from grader.model import Form, Trace
from grader.sandbox.plausible import plausible
from grader.worker import tracing
from tests.unit.observing import argument, function_call, observed


def traced(source: str, **fields: object) -> Trace:
    seen = observed(source, function_call(traced=True, **fields))
    assert plausible(seen)
    assert seen.trace is not None
    return seen.trace


def operations(found: Trace) -> list[str]:
    return [step.operation for step in found.steps]


def called(found: Trace, name: str) -> list[list[float]]:
    return [to_numpy(found.arrays[number]).reshape(-1).tolist() for each, number in found.names if each == name]


def test_each_step_has_its_line_and_what_goes_in_and_out() -> None:
    found = traced("def answer(x):\n    half = x / 2\n    return half.exp().sum()\n", x=[2.0, 4.0])
    assert [(step.operation, step.line) for step in found.steps] == [("div", 2), ("exp", 3), ("sum", 3)]
    divided, exponential, _ = found.steps
    assert divided.options == ("2",)
    assert divided.outputs == exponential.inputs
    assert found.results == found.steps[-1].outputs
    assert called(found, "half") == [[1.0, 2.0]]


def test_a_step_in_a_helper_has_the_helper_s_line() -> None:
    found = traced("def twice(y):\n    return y + y\ndef answer(x):\n    return twice(x).mean()\n", x=[1.0, 2.0])
    assert [step.line for step in found.steps] == [2, 4]


def test_equal_arrays_are_kept_once() -> None:
    found = traced("def answer(x):\n    return (x * 1).clone().view(2, 1).sum()\n", x=[1.0, 5.0])
    assert len(found.arrays) == 3  # as it came, as a column, and its sum


def test_a_variable_that_is_given_a_computed_value_keeps_its_first_meaning() -> None:
    found = traced("def answer(x):\n    x = x * 3\n    return x.sum()\n", x=[1.0, 2.0])
    assert called(found, "x") == [[1.0, 2.0]]


def test_a_module_s_parameters_are_named_as_in_its_code() -> None:
    source = """\
import torch
class answer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.tensor([2.0, 3.0]))
    def forward(self, x):
        return x * self.weight
"""
    found = traced(source, x=[1.0, 2.0], form=Form.MODULE)
    assert called(found, "self.weight") == [[2.0, 3.0]]


def test_complex_numbers_are_followed_as_pairs_of_real_ones() -> None:
    source = "import torch\ndef answer(x):\n    z = torch.view_as_complex(x.view(1, 2))\n    return torch.view_as_real(z * 1j)\n"
    found = traced(source, x=[1.0, 2.0])
    assert to_numpy(found.arrays[found.results[0]]).tolist() == [[-2.0, 1.0]]


def test_what_is_written_into_a_part_changes_the_whole() -> None:
    source = "import torch\ndef answer(x):\n    out = torch.zeros(3)\n    out[:2] = x\n    return out\n"
    found = traced(source, x=[1.0, 2.0])
    (result,) = found.results
    assert result in found.steps[-1].outputs


def test_what_a_backward_pass_in_the_answer_does_is_followed_too() -> None:
    source = "def answer(x):\n    y = x.square().sum()\n    y.backward()\n    return x.grad\n"
    assert "mul" in operations(traced(source, x=[1.0, 2.0]))


@pytest.mark.parametrize(("limit", "value"), [("MAX_STEPS", 5), ("MAX_TRACED_BYTES", 100), ("MAX_ARRAYS", 5)])
def test_a_call_that_is_too_long_has_no_steps(limit: str, value: int, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "def answer(x):\n    for _ in range(9):\n        x = x + 1\n    return x\n"
    call = function_call((argument("x", [1.0] * 8),), traced=True)
    assert observed(source, call).trace is not None
    monkeypatch.setattr(tracing, limit, value)
    assert observed(source, call).trace is None


def test_an_answer_that_raises_is_seen_to() -> None:
    seen = observed("def answer(x): raise ValueError('no')\n", function_call(x=[1.0], traced=True))
    assert (seen.trace, seen.raised is not None) == (None, True)
