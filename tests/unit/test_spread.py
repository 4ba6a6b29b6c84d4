"""How far expected numbers may move: with the inputs, and as the reference itself rounds."""

from __future__ import annotations

import msgspec
import pytest

from grader.arrays import FLOAT_EPS
from grader.compare import C, gradient_differences
from grader.model import Expectation, Gradient, Mapping, Node, Nothing, Number, Observation, Sequence, Status, Tensor
from grader.spread import FAR, OWN_ERRORS, spread_of, with_own_error
from tests.builders import array, tensor


def moved(oracle: Node, *others: Node) -> Node:
    spread = spread_of(Observation(values=(oracle,)), [Observation(values=(other,)) for other in others])
    return spread.values[0]


def test_the_largest_change_of_each_element_is_kept() -> None:
    found = moved(tensor([1.0, 2.0], "float64"), tensor([1.5, 2.0], "float64"), tensor([0.75, 1.875], "float64"))
    assert found == tensor([0.5, 0.125], "float64")


def test_what_is_not_finite_does_not_move() -> None:
    inf, nan = float("inf"), float("nan")
    assert moved(tensor([inf, 1.0, nan], "float64"), tensor([inf, inf, 1.0], "float64")) == tensor(
        [0.0, 0.0, 0.0], "float64"
    )


@pytest.mark.parametrize("dtype", ["int64", "bool"])
def test_integers_must_be_exact_whatever_the_perturbation_does(dtype: str) -> None:
    found = moved(tensor([1, 0], dtype), tensor([0, 0], dtype))
    assert isinstance(found, Tensor)
    assert found == tensor([0.0, 0.0], "float64")


def test_structures_and_python_floats_move_too() -> None:
    number = lambda text: Number(type="float", text=text)  # noqa: E731
    pair = lambda text: Sequence(type="tuple", items=(number(text), Nothing()))  # noqa: E731
    assert moved(pair("1.0"), pair("1.5"), pair("0.75")) == pair("0.5")
    named = lambda text: Mapping(type="dict", items=(("a", number(text)),))  # noqa: E731
    assert moved(named("1.0"), named("inf"), named("1.25")) == named("0.25")
    assert moved(pair("1.0"), Nothing()) == pair("0.0")


def slots(*values: list[float]) -> Observation:
    group = (Gradient(slot=str(index), array=array(value, "float64")) for index, value in enumerate(values))
    return Observation(gradients=(tuple(group),))


def test_gradients_move_by_slot() -> None:
    assert spread_of(slots([1.0], [2.0]), [slots([1.5], [2.0])]) == slots([0.5], [0.0])
    silent = Observation(gradients=((Gradient(slot="0", array=None),),))
    assert spread_of(silent, [silent]) == silent


SHARE = OWN_ERRORS / C
FEW = 2.0**-49
"""An error of a few float64 ulps of numbers near 1."""


def expectation(actual: Observation, oracle: Observation, spread: Observation) -> Expectation:
    own = (spread_of(oracle, [actual]),)
    return Expectation(id="case", status=Status.OK, actual=actual, oracle=oracle, spread=spread, own_errors=own)


def test_values_may_be_off_by_four_times_what_the_reference_is_off_by_element_by_element() -> None:
    node = lambda *values: Observation(values=(Sequence(type="tuple", items=(tensor(list(values), "float64"),)),))  # noqa: E731
    found = with_own_error(expectation(node(1.0 + FEW, 2.0, 3.0), node(1.0, 2.0, 3.0), node(0.0, 0.25, 0.0)))
    assert found.spread == node(FEW * SHARE, 0.25, 0.0)


def graded(*values: float) -> Observation:
    return Observation(values=(tensor([0.0], "float64"),), gradients=slots(list(values)).gradients)


def test_gradients_may_be_off_by_what_the_worst_of_the_references_is_off_by() -> None:
    found = with_own_error(expectation(graded(1.0, 2.0 + FEW), graded(1.0, 2.0), graded(1.0, 0.0)))
    assert found.spread == graded(1.0, FEW * SHARE)


def test_the_worst_of_several_runs_counts() -> None:
    errors = tuple(graded(0.0, worst) for worst in (FEW / 2, FEW, FEW / 4))
    seen = msgspec.structs.replace(expectation(graded(1.0, 2.0), graded(1.0, 2.0), graded(0.0, 0.0)), own_errors=errors)
    assert with_own_error(seen).spread == graded(FEW * SHARE, FEW * SHARE)


def test_an_error_beyond_rounding_makes_no_more_room_than_a_multiple_of_what_is_allowed_without_it() -> None:
    for jump in (0.5, 1e6):
        error = Observation(values=(tensor([jump, 0.0], "float64"),), gradients=graded(jump).gradients)
        seen = Observation(values=(tensor([1.0, 1.0], "float64"),), gradients=graded(1.0).gradients)
        still = Observation(values=(tensor([0.0, 0.0], "float64"),), gradients=graded(0.0).gradients)
        found = with_own_error(msgspec.structs.replace(expectation(seen, seen, still), own_errors=(error,))).spread
        most = C * FLOAT_EPS["float64"] * FAR * SHARE
        assert found.values == (tensor([most, 0.0], "float64"),)
        assert found.gradients == graded(most).gradients


@pytest.mark.parametrize(("outputs", "inputs", "share"), [(1, 4, 0.0), (2, 4, 0.5), (4, 4, 1.0), (16, 4, 2.0)])
def test_gradients_may_be_off_by_what_the_terms_round_of_results_with_many_numbers(
    outputs: int, inputs: int, share: float
) -> None:
    gradient = Observation(gradients=((Gradient(slot="x", array=array([0.0] * inputs)),),))
    seen = Observation(values=(tensor([0.0] * outputs),), gradients=gradient.gradients)
    found = with_own_error(expectation(seen, seen, seen), magnitude=3.0).spread.gradients[0][0].array
    assert found == array([3.0 * FLOAT_EPS["float32"] * share] * inputs, "float64")


def test_a_gradient_that_cancels_to_nothing_may_be_some_ulps_of_its_terms() -> None:
    def seen(value: float, dtype: str = "float32") -> Observation:
        gradient = Gradient(slot="x", array=array([value] * 3, dtype))
        return Observation(values=(tensor([0.0] * 3),), gradients=((gradient,),))

    found = with_own_error(expectation(seen(0.0), seen(0.0, "float64"), seen(0.0, "float64")))
    actual, exact, spread = (each.gradients[0][0] for each in (found.actual, found.oracle, found.spread))
    for ulps, fine in ((12, True), (30, False)):
        mine = seen(ulps * FLOAT_EPS["float32"]).gradients[0][0]
        assert (gradient_differences(mine, (actual, exact, spread)) == []) is fine


def test_what_is_not_finite_or_missing_in_the_reference_makes_no_room() -> None:
    found = with_own_error(expectation(graded(float("inf"), 1.0), graded(1.0, 1.0), graded(0.0, 0.0)))
    assert found.spread == graded(0.0, 0.0)
    silent = Observation(values=graded().values, gradients=((Gradient(slot="0", array=None),),))
    assert with_own_error(expectation(silent, silent, silent)).spread == silent


def test_whole_numbers_stay_exact() -> None:
    one, two, still = (
        Observation(values=(tensor([number], dtype),))
        for number, dtype in ((1, "int64"), (2, "int64"), (0.0, "float64"))
    )
    assert with_own_error(expectation(one, two, still)).spread == still
