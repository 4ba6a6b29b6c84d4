"""An author's scenario with a student's names."""

from __future__ import annotations

import torch

from grader.arrays import to_numpy
from grader.model import Call, Form
from grader.worker.scenario import Draw
from tests.unit.observing import observed


def call(**fields: object) -> Call:
    usual = {"id": "c", "entry": "answer", "alias": "answer", "form": Form.FUNCTION, "scenario": "play", "seed": 5}
    return Call(**(usual | fields))


def test_draws_have_the_shape_and_kind_that_is_asked_for() -> None:
    draw = Draw(call())
    assert draw.normal("batch 3", batch=4, std=100.0).abs().max() > 10
    uniform = draw.uniform("n", 2.0, 3.0, n=50)
    assert uniform.min() >= 2
    assert uniform.max() < 3
    assert torch.allclose(draw.probs("n k", n=4, k=3).sum(-1), torch.ones(4))
    assert torch.allclose(draw.log_probs("n k", n=4, k=3).exp().sum(-1), torch.ones(4))
    assert set(draw.binary("n", n=9).tolist()) == {0.0, 1.0}
    integers = draw.integers("n", below=5, low=2, n=40)
    assert (integers.dtype, set(integers.tolist())) == (torch.int64, {2, 3, 4})
    assert draw.normal("", std=1.0).shape == ()


def test_the_same_call_draws_the_same_and_another_does_not() -> None:
    first, second, other = (Draw(call(seed=seed)).normal("n", n=5).tolist() for seed in (5, 5, 6))
    assert first == second != other
    draw = Draw(call())
    assert draw.normal("n", n=5).tolist() != draw.normal("n", n=5).tolist()


def test_the_reference_gets_the_same_numbers_in_float64_and_moved_by_an_ulp() -> None:
    drawn = lambda **fields: Draw(call(**fields)).normal("n", n=6)  # noqa: E731
    narrow, wide, moved = drawn(), drawn(precision="float64"), drawn(precision="float64", jitter=1)
    assert (narrow.dtype, wide.dtype) == (torch.float32, torch.float64)
    assert wide.tolist() == narrow.tolist()
    change = (moved - wide).abs() / wide.abs()
    assert change.min() > 0
    assert change.max() <= 2**-23
    exact = Draw(call(precision="float64", jitter=1)).binary("n", n=6)
    assert set(exact.tolist()) == {0.0, 1.0}


HARNESS = """
def play(student, draw):
    x = draw.normal("n", n=4, watch="x")
    return {"y": student.answer(x), "helper": student.helper}
"""
SOURCE = "helper = 'theirs'\ndef answer(x): return x ** 2\ndef mistake(x): return x"


def test_what_a_scenario_returns_is_observed_with_gradients() -> None:
    found = observed(SOURCE, call(), HARNESS)
    slots = dict(found.values[0].items)
    assert slots["helper"].text == "theirs"
    ((gradient,),) = found.gradients
    assert gradient.slot == "x"
    assert gradient.array is not None
    assert dict(found.claims.operators)["aten.pow"] == 1


def test_an_answer_of_another_name_is_seen_under_the_exercise_s() -> None:
    found = observed(SOURCE, call(entry="mistake"), HARNESS)
    x = Draw(call()).normal("n", n=4)
    assert to_numpy(dict(found.values[0].items)["y"].array).tolist() == x.tolist()


def test_one_value_is_called_result() -> None:
    found = observed(SOURCE, call(), "def play(student, draw): return 3")
    assert [name for name, _ in found.values[0].items] == ["result"]


def test_modified_draws_are_told() -> None:
    harness = 'def play(student, draw):\n    return student.answer(draw.normal("n", n=4))'
    found = observed("def answer(x): return x.add_(1)", call(), harness)
    assert found.claims.modified == ("draw 1",)


def test_what_the_student_s_code_raises_is_observed() -> None:
    found = observed("def answer(x):\n    raise KeyError('k')", call(), HARNESS)
    assert (found.raised.type, found.raised.frames[-1].line) == ("KeyError", 2)


BUILDS = """
def play(student, draw):
    made, wrapped = student.answer(3), student.build(3)
    return {"y": made(draw.normal("n 3", n=4)), "same": wrapped(draw.normal("n 3", n=4))}
"""
LAYER = """
import torch
class answer(torch.nn.Module):
    def __init__(self, size):
        super().__init__()
        self.linear = torch.nn.Linear(size, 2)
    def forward(self, x):
        return self.linear(x)
def build(size):
    return torch.nn.Sequential(torch.nn.Linear(size, 2), answer(2))
"""


def test_a_module_that_a_scenario_makes_is_in_float64_for_the_reference_with_the_same_parameters() -> None:
    narrow, wide = (observed(LAYER, call(precision=dtype), BUILDS) for dtype in ("float32", "float64"))
    assert (narrow.raised, wide.raised) == (None, None)
    for (name, mine), (_, exact) in zip(narrow.values[0].items, wide.values[0].items, strict=True):
        assert (mine.array.dtype, exact.array.dtype) == ("float32", "float64"), name
        error = abs(to_numpy(mine.array) - to_numpy(exact.array)).max()
        assert 0 < error < 1e-6, name
