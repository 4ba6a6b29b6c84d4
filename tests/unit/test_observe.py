"""One call, observed in this process."""

from __future__ import annotations

from collections import OrderedDict, namedtuple

import numpy as np
import pytest
import torch

from grader import draw
from grader.arrays import to_numpy
from grader.model import (
    Argument,
    Form,
    Mapping,
    Nothing,
    Number,
    Opaque,
    Sequence,
    Tensor,
    Text,
)
from grader.worker.script import CELLS
from grader.worker.tensors import from_node, lay_out, to_node
from tests.builders import array, tensor
from tests.unit.observing import argument, function_call, observed

Pair = namedtuple("Pair", "first second")
X = [[1.0, -2.0, 3.0], [0.5, 4.0, -1.5]]


def body(*lines: str) -> str:
    return "import torch\ndef answer(x):\n" + "".join(f"    {line}\n" for line in lines)


def test_values_are_observed_with_what_autograd_says() -> None:
    (value,) = observed(body("return x * 2"), function_call(x=[1.0, 2.0])).values
    assert value == tensor([2.0, 4.0], requires_grad=True)


def test_a_gradient_is_a_product_with_a_drawn_cotangent() -> None:
    found = observed(body("return x ** 2"), function_call(x=X, seed=7))
    ((gradient,),) = found.gradients
    cotangent = draw.cotangent((2, 3), 7, "output")
    assert gradient.slot == "x"
    assert np.allclose(to_numpy(gradient.array), 2 * np.array(X) * cotangent, rtol=1e-6)


def test_a_softmax_has_a_gradient_though_its_sum_has_none() -> None:
    ((gradient,),) = observed(body("return x.softmax(-1)"), function_call(x=X)).gradients
    assert abs(to_numpy(gradient.array)).max() > 0.01


def test_a_missing_gradient_is_none() -> None:
    ((gradient,),) = observed(body("return x.detach() * 2"), function_call(x=X)).gradients
    assert gradient.array is None
    call = function_call((argument("x", X), argument("y", X)))
    ((first, second),) = observed("def answer(x, y): return x * 2 + y.detach()", call).gradients
    assert (first.array is None, second.array is None) == (False, True)


def test_inputs_that_are_not_watched_have_no_gradient() -> None:
    found = observed(body("return x * 2"), function_call((argument("x", X, watch=False),)))
    assert found.gradients == ((),)
    assert not found.values[0].requires_grad


def test_every_differentiable_output_counts() -> None:
    both = observed(body("return x * 2, {'a': x * 3}"), function_call(x=[1.0], seed=1)).gradients[0][0]
    one = observed(body("return x * 2, {'a': x.detach() * 3}"), function_call(x=[1.0], seed=1)).gradients[0][0]
    assert both != one


def test_a_broken_graph_is_an_observation() -> None:
    found = observed(body("y = x * 1", "z = y.exp()", "z += 1", "z.mul_(2)", "return z"), function_call(x=X))
    assert found.backward.type == "RuntimeError"
    assert found.raised is None
    assert found.values


@pytest.mark.parametrize("layout", ["contiguous", "strided", "transposed"])
def test_a_layout_changes_memory_and_no_value(layout: str) -> None:
    laid_out = lay_out(argument("x", X, layout=layout))
    assert laid_out.is_contiguous() is (layout == "contiguous")
    assert laid_out.tolist() == X


def test_an_expanded_layout_repeats_its_first_row() -> None:
    laid_out = lay_out(argument("x", [[1.0, 2.0]] * 3, layout="expanded"))
    assert laid_out.stride() == (0, 1)
    assert laid_out.tolist() == [[1.0, 2.0]] * 3


@pytest.mark.parametrize("layout", ["strided", "transposed", "expanded"])
@pytest.mark.parametrize("values", [3.0, [], [[]], [1.0]])
def test_every_layout_fits_every_shape(layout: str, values: object) -> None:
    assert list(lay_out(argument("x", values, layout=layout)).shape) == list(np.shape(values))


@pytest.mark.parametrize("layout", ["strided", "transposed", "expanded"])
def test_gradients_reach_inputs_of_every_layout(layout: str) -> None:
    values = [X[0], X[0]]
    plain = observed(body("return x.exp()"), function_call((argument("x", values),)))
    other = observed(body("return x.exp()"), function_call((argument("x", values, layout=layout),)))
    assert other.gradients == plain.gradients
    assert other.claims.modified == ()


def test_modified_inputs_are_told() -> None:
    call = function_call((argument("x", X, watch=False), argument("y", X, watch=False)))
    found = observed("def answer(x, y):\n    y.add_(1)\n    return x + y", call)
    assert found.claims.modified == ("y",)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("torch.set_default_dtype(torch.float64)", "default dtype"),
        ("torch.set_grad_enabled(False)", "grad mode"),
        ("torch.use_deterministic_algorithms(True)", "deterministic algorithms"),
        ("torch.autograd.set_detect_anomaly(True)", "anomaly detection"),
        ("import numpy; numpy.seterr(divide='raise')", "numpy error handling"),
    ],
)
@pytest.mark.filterwarnings("ignore:Anomaly Detection")
def test_changed_settings_are_told_and_put_back(line: str, name: str) -> None:
    before = (torch.get_default_dtype(), torch.is_grad_enabled(), torch.are_deterministic_algorithms_enabled())
    found = observed(body(line, "return x * 2"), function_call(x=X, counted=False))
    assert found.claims.state_changed == (name,)
    assert (torch.get_default_dtype(), torch.is_grad_enabled(), torch.are_deterministic_algorithms_enabled()) == before


def test_settings_are_put_back_after_an_exception_too() -> None:
    found = observed(body("torch.set_default_dtype(torch.float64)", "raise ValueError('no')"), function_call(x=X))
    assert found.raised.type == "ValueError"
    assert torch.get_default_dtype() is torch.float32


@pytest.mark.parametrize(
    ("source", "repeatable"),
    [
        (body("return x * 2"), True),
        (body("return x * torch.rand(3)"), False),
        (body("torch.manual_seed(0)", "return x * torch.rand(3)"), True),
        ("count = []\ndef answer(x):\n    count.append(1)\n    return x * len(count)\n", False),
    ],
)
def test_the_same_call_twice(source: str, repeatable: bool) -> None:
    assert observed(source, function_call(x=X)).claims.repeatable is repeatable


def test_operators_and_functions_are_counted() -> None:
    claims = observed(
        "import torch.nn.functional as F\ndef answer(x): return getattr(F, 'soft' + 'max')(x, -1).sum()",
        function_call(x=X),
    ).claims
    operators = dict(claims.operators)
    assert operators["aten._softmax"] == 1
    assert operators["aten.sum"] == 1
    assert "torch.nn.functional.softmax" in claims.used
    assert claims.peak_bytes > 0


def test_nothing_is_counted_unless_it_is_asked_for() -> None:
    assert observed(body("return x * 2"), function_call(x=X, counted=False)).claims.operators == ()


def test_prints_are_kept_and_cut() -> None:
    assert observed(body("print('loss', 3)", "return x"), function_call(x=X)).printed == "loss 3\n"
    assert len(observed(body("print('x' * 10**6)", "return x"), function_call(x=X)).printed) == 20_000


def test_a_missing_name_is_an_observation() -> None:
    assert observed("x = 1", function_call(x=X)).missing


@pytest.mark.parametrize("line", ["raise ValueError('bad')", "exit()", "raise KeyboardInterrupt", "1 / 0", "answer(x)"])
def test_whatever_is_raised_is_an_observation(line: str) -> None:
    raised = observed(body(line), function_call(x=X)).raised
    assert raised.frames[0].line == 3
    assert raised.frames[0].function == "answer"


def test_arguments_come_by_position_or_by_name() -> None:
    source = "def answer(*args, **names): return len(args), sorted(names)"
    arguments = (argument("x", X), Argument(name="alpha", scalar=0.5))
    texts = lambda **how: from_node(observed(source, function_call(arguments, **how)).values[0])  # noqa: E731
    assert texts() == (1, ["alpha"])
    assert texts(by_keyword=True) == (0, ["alpha", "x"])


@pytest.mark.parametrize("layout", ["contiguous", "strided", "expanded"])
def test_a_second_call_gets_new_values_in_the_same_memory(layout: str) -> None:
    source = "seen = {}\ndef answer(x):\n    return seen.setdefault(x.data_ptr(), x.detach().sum() * 1) + 0 * x.sum()"
    rows = [[1.0, 2.0], [1.0, 2.0]], [[3.0, 4.0], [3.0, 4.0]]
    call = function_call(*((argument("x", values, layout=layout),) for values in rows), counted=False)
    first, second = observed(source, call).values
    assert to_numpy(first.array) == to_numpy(second.array) == 6.0
    honest = observed("def answer(x): return x.sum()", call)
    assert [float(to_numpy(value.array)) for value in honest.values] == [6.0, 14.0]
    assert len(honest.gradients) == 2


def test_a_view_of_an_input_is_told() -> None:
    (value,) = observed(body("return x.detach()"), function_call(x=X)).values
    assert value.shares == ("x",)
    (value,) = observed(body("return x.detach() + 0"), function_call(x=X)).values
    assert value.shares == ()


class Odd:
    """A value that no report can show."""


@pytest.mark.parametrize(
    ("value", "node"),
    [
        (None, Nothing()),
        (True, Number(type="bool", text="True")),
        (3, Number(type="int", text="3")),
        (0.1, Number(type="float", text="0.1")),
        (float("nan"), Number(type="float", text="nan")),
        (1 + 2j, Number(type="complex", text="(1+2j)")),
        ("text", Text(text="text")),
        ((1, [2]), Sequence(type="tuple", items=(Number(type="int", text="1"), Sequence(type="list", items=(Number(type="int", text="2"),))))),
        (Pair(1, 2), Sequence(type="tuple", items=(Number(type="int", text="1"), Number(type="int", text="2")))),
        (OrderedDict(a=None), Mapping(type="dict", items=(("a", Nothing()),))),
        (np.float32(1.0), Opaque(type="numpy.float32")),
        ({"a": None, 3: None}, Mapping(type="dict", items=(("a", Nothing()), ("3", Nothing())))),
        (Odd(), Opaque(type="Odd")),
        (torch.tensor([1, 2]), Tensor(array=array([1, 2], "int64"))),
        (torch.tensor(True), Tensor(array=array(True, "bool"))),
        (torch.eye(2).to_sparse(), Opaque(type="float32 tensor (sparse_coo)")),
        (torch.tensor([1j]), Opaque(type="complex64 tensor (strided)")),
    ],
)  # fmt: skip
def test_each_kind_of_value_becomes_a_node(value: object, node: object) -> None:
    assert to_node(value) == node


def test_a_structure_without_end_is_cut() -> None:
    endless: list[object] = []
    endless.append(endless)
    assert "..." in repr(to_node(endless))
    assert len(to_node(list(range(20_000))).items) == 10_000


@pytest.mark.parametrize("value", [None, True, 3, 0.5, 1j, "x", (1, "a"), [1], {"a": (None,)}])
def test_a_node_becomes_the_value_again(value: object) -> None:
    assert from_node(to_node(value)) == value


def test_a_tensor_subclass_and_views_are_read_as_they_are() -> None:
    parameter = torch.nn.Parameter(torch.arange(6.0).reshape(2, 3).T)
    assert to_numpy(to_node(parameter).array).tolist() == [[0, 3], [1, 4], [2, 5]]
    assert to_numpy(to_node(torch.tensor([1 + 2j]).conj().imag).array).tolist() == [-2]


def script(source: str, **fields: object) -> object:
    call = function_call((argument("x", [1.0, 2.0], watch=False),), form=Form.SCRIPT, entry="task", **fields)
    prepared = f"{CELLS} = (('<submission 1>', {source!r}, ()),)\nimport torch\n"
    return observed(prepared, call)


def test_a_script_is_run_with_the_inputs() -> None:
    found = script("x = torch.zeros(9)\na = x.sum()\nprint(a)\n", outputs=("a",))
    assert from_node(found.values[0]) == {"a": torch.tensor(3.0)}
    assert found.printed == "tensor(3.)\n"


def test_an_incomplete_script_is_told() -> None:
    assert script("b = 1", outputs=("a",)).raised.type == "Incomplete"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("y.requires_grad_()", "requires_grad of `y`"),
        ("x.requires_grad_(False)", "requires_grad of `x`"),
        ("(x * x).sum().backward()", "grad of `x`"),
        ("torch.manual_seed(3)", "seed of torch's random generator"),
    ],
)
def test_what_a_call_changes_at_its_inputs_and_generators_is_told(line: str, name: str) -> None:
    source = f"import torch\ndef answer(x, y):\n    {line}\n    return x * y\n"
    inputs = (argument("x", [1.0, 2.0]), argument("y", [3.0, 4.0], watch=False))
    assert observed(source, function_call(inputs, counted=False)).claims.state_changed == (name,)


def test_drawing_leaves_the_seed_as_it_was() -> None:
    found = observed(body("return x + torch.rand_like(x)"), function_call(x=[1.0]))
    assert found.claims.state_changed == ("torch's random generator",)
