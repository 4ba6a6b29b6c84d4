"""Many arrays looked at at once: what is met, and what has to be looked at by itself."""

from __future__ import annotations

import pytest

from grader import panel as panel_module
from grader.model import Case, Gradient, Mapping, Nothing, Number, Observation, Raised, Sequence, Tolerance
from grader.panel import Panel
from tests.builders import array, exercise, sight, tensor


def observed(*nodes: object, **fields: object) -> Observation:
    return Observation(values=nodes, **fields)  # type: ignore[arg-type]


def graded(*gradients: Gradient) -> Observation:
    return observed(tensor([1.0]), gradients=(gradients,))


def panel(*wanted: Observation, tolerance: Tolerance | None = None, **case: object) -> Panel:
    sights = [sight(None, each, case=Case(name=f"case {index}", **case)) for index, each in enumerate(wanted)]  # type: ignore[arg-type]
    return Panel.of(exercise(tolerance=tolerance), [(each.case, each.call, each.expectation) for each in sights])


X, Y = Gradient(slot="x", array=array([1.0, 2.0])), Gradient(slot="y", array=array([3.0]))
NODES = observed(
    Sequence(type="tuple", items=(tensor([1.0, 2.0]), Number(type="float", text="0.5"))),
    Mapping(type="dict", items=(("a", tensor([True], "bool")), ("b", Nothing()))),
    tensor([[1.0]], "bfloat16"),
)


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        (observed(tensor([1.0, 2.0])), observed(tensor([1.0, 2.000001]))),
        (observed(tensor([])), observed(tensor([]))),
        (NODES, NODES),
        (graded(X, Y), graded(X, Y)),
        (graded(Gradient(slot="x", array=None)), graded(Gradient(slot="x", array=None))),
        (observed(), observed()),
    ],
)
def test_met(wanted: Observation, got: Observation) -> None:
    assert panel(wanted).met([got]) == {0}


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        (observed(tensor([1.0, 2.0])), observed(tensor([1.0, 2.1]))),
        (observed(tensor([1.0])), observed(tensor([float("nan")]))),
        (observed(tensor([1.0])), observed(tensor([float("inf")]))),
        (observed(tensor([1.0])), observed(tensor([1.0], "float64"))),
        (observed(tensor([1.0])), observed(tensor([[1.0]]))),
        (observed(tensor([1.0])), observed(tensor([1.0], device="meta"))),
        (observed(tensor([1.0])), observed(tensor([1.0], requires_grad=True))),
        (observed(tensor([1.0])), observed(Nothing())),
        (observed(tensor([1.0])), observed()),
        (observed(tensor([1.0])), observed(tensor([1.0]), tensor([1.0]))),
        (observed(tensor([1.0])), observed(tensor([1.0]), backward=Raised(type="RuntimeError"))),
        (observed(Number(type="float", text="0.5")), observed(Number(type="float", text="0.75"))),
        (observed(Sequence(type="tuple", items=())), observed(Sequence(type="list", items=()))),
        (observed(Sequence(type="tuple", items=(Nothing(),))), observed(Sequence(type="tuple", items=()))),
        (NODES, observed(*NODES.values[:1], Mapping(type="dict", items=()), NODES.values[2])),
        (graded(X, Y), graded(X)),
        (graded(X, Y), graded(Y, X)),
        (graded(X), graded(Gradient(slot="x", array=None))),
        (graded(X), graded(Gradient(slot="z", array=X.array))),
        (graded(Gradient(slot="x", array=None)), graded(X)),
        (graded(X), graded(Gradient(slot="x", array=array([1.0, 3.0])))),
        (graded(X), observed(tensor([1.0]))),
        (observed(raised=Raised(type="ValueError")), observed()),
    ],
)
def test_not_met(wanted: Observation, got: Observation) -> None:
    assert panel(wanted).met([got]) == set()
    assert panel(wanted).met([None]) == set()


def test_a_gradient_that_float64_lacks_has_to_be_looked_at() -> None:
    seen = sight(None, graded(X), oracle=graded(Gradient(slot="x", array=None)))
    assert Panel.of(seen.exercise, [(seen.case, seen.call, seen.expectation)]).met([graded(X)]) == set()


def test_what_need_not_agree_is_not_looked_at() -> None:
    assert panel(observed(tensor([1.0])), values_agreed=False).met([observed(tensor([1.0]))]) == set()


def test_large_arrays_are_looked_at_one_by_one() -> None:
    small, large = observed(tensor([1.0])), observed(tensor([1.0] * (panel_module.MOST_BYTES // 4 + 1)))
    assert panel(small, large, small).met([small, large, small]) == {0, 2}


def test_an_authors_tolerance_counts() -> None:
    far, wide = observed(tensor([1.05])), Tolerance(rtol=0.0, atol=0.1)
    assert panel(observed(tensor([1.0]))).met([far]) == set()
    assert panel(observed(tensor([1.0])), tolerance=wide).met([far]) == {0}


def test_each_case_stands_for_itself() -> None:
    wanted = [observed(tensor([1.0, 2.0])), observed(tensor([5, 6], "int64")), graded(X, Y), observed(tensor([7.0]))]
    wrong = observed(tensor([1.0, 9.0]))
    assert panel(*wanted).met(wanted) == {0, 1, 2, 3}
    assert panel(*wanted).met([wrong, *wanted[1:]]) == {1, 2, 3}
    assert panel(*wanted).met([wanted[0], None, wrong, wanted[3]]) == {0, 3}
