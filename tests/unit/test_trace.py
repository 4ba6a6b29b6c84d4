"""Where the numbers of two calls part, told from their steps."""

from __future__ import annotations

import numpy as np
import pytest

from grader.model import Trace
from grader.trace.known import Known, Match, same
from grader.trace.parting import Parting, parting
from tests.unit.observing import Argument, argument, function_call, observed

RNG = np.random.default_rng(5)
SCORES, OTHER = RNG.normal(size=(4, 3)), RNG.normal(size=(4, 3))
MARKS = [[1, 0, 1], [1, 1, 0], [0, 1, 1], [1, 1, 1]]
INPUTS = (argument("x", SCORES), argument("y", OTHER), argument("marks", MARKS, "int64", watch=False))


def trace(body: str, inputs: tuple[Argument, ...] = INPUTS) -> Trace:
    """Return the steps of a function with these lines; the first of them is line 3."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    found = observed(f"import torch\ndef answer(x, y, marks):\n{lines}\n", function_call(inputs, traced=True)).trace
    assert found is not None
    return found


def parted(mine: str, right: str) -> Parting | None:
    return parting(trace(mine), trace(right))


def told(mine: str, right: str) -> tuple[int, str, str]:
    found = parted(mine, right)
    assert found is not None
    return found.line, found.mine, found.right


@pytest.mark.parametrize(
    ("mine", "right", "line", "step", "instead"),
    [
        (
            "d = x - y\nreturn d.abs().mean()",
            "return (x - y).square().mean()",
            4,
            "abs(d)",
            "mean(d ** ?)",
        ),
        (
            "p = x.softmax(0)\nreturn p @ y.T",
            "return x.softmax(1) @ y.T",
            3,
            "softmax(x, dim=0)",
            "softmax(x, dim=?) @ y",
        ),
        (
            "v = x.var(1, keepdim=True)\nreturn x / (v + 1).sqrt()",
            "return x * ((x * x).mean(1, keepdim=True) + 1).rsqrt()",
            3,
            "var(x, dim=1)",
            "mean(x * x, dim=?)",
        ),
        (
            "kept = x.masked_fill(marks == 0, -torch.inf)\nreturn kept.amax(1)",
            "return (x * marks).sum(1)",
            3,
            "masked_fill(x, marks == 0, -inf)",
            "sum(x * marks, dim=?)",
        ),
        ("s = x @ y.T\nreturn s / 4**0.5", "return x @ y.T / 3**0.5", 4, "s / 2", "s / ?"),
        ("return -x.exp()", "return (-x).exp()", 3, "exp(x)", "exp(-x)"),
        ("x = x * 2\nreturn x.cos()", "return (2 * x).sin()", 4, "cos(x * 2)", "sin(x * 2)"),
    ],
)
def test_the_first_step_that_the_reference_has_not_is_told(
    mine: str, right: str, line: int, step: str, instead: str
) -> None:
    assert told(mine, right) == (line, step, instead)


@pytest.mark.parametrize(
    "mine",
    [
        "return torch.logsumexp(x, 1)",
        "m = x.amax(1, keepdim=True)\nreturn (x - m).exp().sum(1).log() + m[:, 0]",
        "return torch.stack([torch.logsumexp(row, 0) for row in x])",
    ],
)
def test_another_way_to_the_right_numbers_is_told_nothing(mine: str) -> None:
    assert parted(mine, "return x.exp().sum(1).log()") is None


def test_a_detour_that_comes_back_before_the_mistake_is_passed_over() -> None:
    mine = "m = x.amax(1, keepdim=True)\ne = (x - m).exp()\np = e / e.sum(1, keepdim=True)\nreturn p.log().sum()"
    assert told(mine, "return x.softmax(1).log().mean()")[:2] == (6, "sum(log(p))")


def test_rows_that_a_loop_takes_are_the_reference_s_rows() -> None:
    mine = "out = []\nfor row in x:\n    row = row.softmax(0)\n    out.append(row.square())\nreturn torch.stack(out)"
    assert told(mine, "return x.softmax(1).exp()")[0] == 6


def test_positions_and_masks_of_a_different_make_are_no_mistake() -> None:
    mine = "i = torch.arange(3)\nkeep = i[None] < 2\nkept = torch.where(keep, x, 0.0)\nreturn kept.sum(1)"
    assert told(mine, "return (x * torch.tensor([1.0, 1.0, 0.0])).mean(1)")[0] == 6


def test_positions_are_told_where_nothing_else_differs() -> None:
    assert told("i = torch.arange(1, 4)\nreturn i.cumsum(0)", "return torch.arange(3).cumsum(0)")[0] == 3


def test_what_is_written_into_a_part_is_an_assignment() -> None:
    mine = "out = torch.zeros(4, 3)\nout[:, :2] = x[:, 1:]\nreturn out"
    assert told(mine, "out = torch.zeros(4, 3)\nout[:, 1:] = x[:, 1:]\nreturn out")[1] == "out[:, :2] = x[:, 1:]"


def test_a_result_that_only_stands_elsewhere_is_wrong() -> None:
    assert parted("return x.T", "return x.T * 1") is None
    assert parted("return x.exp(), y.exp()", "return y.exp(), x.exp()") is None  # each step is the reference's
    assert parted("return x.exp()", "return x.exp(), y.exp()") is None  # another structure has its own finding


def test_an_expression_is_no_longer_than_can_be_read() -> None:
    found = told(
        "z = (x.exp() + y.exp()) / (x.exp() - y.exp())\nreturn (z * z).cos().sin().tan().sum()", "return x.sum()"
    )
    assert found[0] == 3
    assert all(len(text) <= 90 for text in found[1:])


def test_an_array_is_known_by_its_numbers() -> None:
    known = Known((SCORES, (SCORES > 0) * 1.0))
    assert known.find(SCORES.T.copy()) == Match(0)
    assert known.find(SCORES.reshape(-1) * (1 + 1e-6)) == Match(0)
    assert known.find(-SCORES) == Match(0, sign="-")
    assert known.find(SCORES[:, 1]) == Match(0, sliced=True)
    assert known.find((SCORES <= 0) * 1.0) == Match(1, sign="1 - ")
    assert known.find(SCORES * 1.01) is None
    assert known.find(SCORES[::-1]) is None


def test_infinities_and_nan_are_like_themselves() -> None:
    odd = np.array([np.nan, np.inf, -np.inf, 1.0])
    assert same(odd, odd)
    assert not same(odd, np.array([np.nan, np.inf, np.inf, 1.0]))
    assert not same(odd, np.array([0.0, np.inf, -np.inf, 1.0]))
