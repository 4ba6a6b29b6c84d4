"""Building a student's module with the reference's parameters."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from grader.model import Call, Form
from grader.worker import modules
from tests.builders import array
from tests.unit.observing import argument, observed


class Small(nn.Module):
    def __init__(self, width: int = 2) -> None:
        super().__init__()
        self.first = nn.Linear(2, width)
        self.norm = nn.BatchNorm1d(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.norm(self.first(x))


class Renamed(nn.Module):
    """The same parameters in the same order under other names, of nested modules."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))


class Bare(nn.Module):
    def __init__(self, *shapes: tuple[int, ...]) -> None:
        super().__init__()
        self.values = nn.ParameterList([nn.Parameter(torch.zeros(shape)) for shape in shapes])


BUFFERS = ("norm.running_mean", "norm.running_var", "norm.num_batches_tracked")


def call(state: tuple = (), **fields: object) -> Call:
    return Call(id="c", entry="Small", form=Form.MODULE, state=state, **fields)


def reference_state() -> tuple:
    torch.manual_seed(1)
    return modules.build(Small, call()).state


def test_a_state_is_told_as_constructed() -> None:
    names = [name for name, _ in reference_state()]
    assert names == [
        "first.weight",
        "first.bias",
        "norm.weight",
        "norm.bias",
        "norm.running_mean",
        "norm.running_var",
        "norm.num_batches_tracked",
    ]


@pytest.mark.parametrize("entry", [Small, Renamed])
def test_parameters_are_loaded_by_name_else_by_shape_and_order(entry: type[nn.Module]) -> None:
    state = reference_state()
    built = modules.build(entry, call(state, state_buffers=BUFFERS))
    module, parameters = built.module, built.parameters
    theirs = [value for _, value in modules.build(lambda: module, call()).state]
    assert theirs == [value for _, value in state]
    assert list(parameters) == ["first.weight", "first.bias", "norm.weight", "norm.bias"]
    assert all(isinstance(value, nn.Parameter) for value in parameters.values())


def test_names_win_over_order() -> None:
    class Swapped(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.b = nn.Parameter(torch.zeros(1))
            self.a = nn.Parameter(torch.zeros(1))

    module = modules.build(Swapped, call((("a", array([1.0])), ("b", array([2.0]))))).module
    assert (module.a.item(), module.b.item()) == (1.0, 2.0)


def test_tied_parameters_stay_tied() -> None:
    class Tied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a = self.b = nn.Parameter(torch.zeros(1))

    module = modules.build(Tied, call((("a", array([3.0])), ("b", array([3.0]))))).module
    assert module.a is module.b
    assert module.a.item() == 3.0


def test_parameters_that_do_not_fit_are_told() -> None:
    state = (("weight", array([[1.0, 2.0]])), ("bias", array([1.0])))
    with pytest.raises(modules.ParametersDiffer, match=r"not asked for: `values.1` of shape \(3,\)"):
        modules.build(lambda: Bare((1, 2), (3,)), call(state))
    with pytest.raises(modules.ParametersDiffer, match=r"not asked for: `values\.2` of shape \(1,\)"):
        modules.build(lambda: Bare((1, 2), (1,), (1,)), call(state))
    with pytest.raises(modules.ParametersDiffer, match=r"no parameter of shape \(1,\) is left for `bias`"):
        modules.build(lambda: Bare((1, 2)), call(state))


def test_a_buffer_of_one_s_own_is_no_parameter() -> None:
    class Masked(Bare):
        def __init__(self) -> None:
            super().__init__((1, 2), (1,))
            self.register_buffer("mask", torch.ones(1))

    state = (("weight", array([[1.0, 2.0]])), ("bias", array([5.0])))
    built = modules.build(Masked, call(state))
    assert built.module.mask.item() == 1.0
    assert built.module.values[1].item() == 5.0


def test_running_statistics_kept_as_parameters_are_told() -> None:
    state = (("weight", array([5.0])), ("mean", array([1.0])))
    with pytest.raises(modules.ParametersDiffer, match=r"not asked for: `values\.1`"):
        modules.build(lambda: Bare((1,), (1,)), call(state, state_buffers=("mean",)))


def test_a_buffer_that_is_replaced_is_seen_under_the_reference_s_name() -> None:
    source = SOURCE.replace("return self.norm(x * self.scale)", "self.kept = x.detach().mean(0); return x * self.scale")
    source = source.replace("self.norm = nn.BatchNorm1d(2)", 'self.register_buffer("kept", torch.zeros(2))')
    state = (("scale", array([1.0, 1.0])), ("mean", array([0.0, 0.0])))
    x = (argument("x", [[1.0, 2.0], [3.0, 4.0]]),)
    asked = Call(id="c", entry="Small", form=Form.MODULE, arguments=(x,), state=state, state_buffers=("mean",))
    assert observed(source, asked).buffers == (("mean", array([2.0, 3.0])),)


def test_what_is_no_module_is_told() -> None:
    with pytest.raises(TypeError, match=r"Small\(...\) is a dict; it must be a torch.nn.Module"):
        modules.build(dict, call())


def test_the_constructor_gets_its_arguments_and_the_mode_is_set() -> None:
    module = modules.build(Small, call(init=(("width", 4),), training=False)).module
    assert module.first.out_features == 4
    assert not module.training


def test_a_precision_is_applied_before_the_state() -> None:
    state = tuple((name, array(value, "float64")) for name, value in [("values.0", [1 / 3])])
    module = modules.build(lambda: Bare((1,)), call(state, precision="float64")).module
    assert module.values[0].item() == 1 / 3


SOURCE = """
import torch
from torch import nn
class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(2))
        self.norm = nn.BatchNorm1d(2)
    def forward(self, x):
        return self.norm(x * self.scale)
"""


def test_gradients_of_parameters_and_buffers_are_observed() -> None:
    x = (argument("x", [[1.0, 2.0], [3.0, 5.0], [0.0, 1.0]]),)
    found = observed(SOURCE, Call(id="c", entry="Small", form=Form.MODULE, arguments=(x,)))
    assert found.raised is None
    (gradients,) = found.gradients
    assert [gradient.slot for gradient in gradients] == ["x", "scale", "norm.weight", "norm.bias"]
    assert all(gradient.array is not None for gradient in gradients)
    buffers = dict(found.buffers)
    assert buffers["norm.num_batches_tracked"] == array(1, "int64")
    assert found.claims.repeatable
    still = observed(SOURCE, Call(id="c", entry="Small", form=Form.MODULE, arguments=(x,), training=False))
    assert dict(still.buffers)["norm.num_batches_tracked"] == array(0, "int64")
