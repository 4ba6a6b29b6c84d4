"""Footprints: the same mistake in two codings leaves the same one, another mistake another."""

from __future__ import annotations

import numpy as np
import pytest

from grader import wire
from grader.compare import C
from grader.footprint import coincide, message_shape, taken
from grader.model import (
    Aspect,
    Case,
    Difference,
    Footprint,
    Gradient,
    Mapping,
    Nothing,
    Number,
    Observation,
    Opaque,
    Raised,
    Sequence,
    Status,
    Tensor,
    Text,
    Tolerance,
)
from tests import builders

RNG = np.random.default_rng(0)
VALUES = RNG.normal(size=300)
EPS = 2.0**-23
WRONG = (Difference(slot="output", aspect=Aspect.VALUE),)


def seen(values: object = VALUES, gradient: object = VALUES, **fields: object) -> Observation:
    slots = (Gradient(slot="x", array=None if gradient is None else builders.array(gradient)),)
    node = (
        values
        if isinstance(values, Tensor | Number | Text | Nothing | Opaque | Sequence | Mapping)
        else builders.tensor(values)
    )
    return Observation(values=(node,), gradients=(slots,), **fields)  # type: ignore[arg-type]


def print_of(*observations: Observation, differences: tuple[Difference, ...] = WRONG, **fields: object) -> Footprint:
    expected = fields.pop("expected", seen(VALUES * 0))
    sights = [builders.sight(each, expected, differences=differences, **fields) for each in observations]  # type: ignore[arg-type]
    found = taken(sights, begun=True)
    assert found is not None
    return found


def noisy(values: np.ndarray, units: float) -> np.ndarray:
    """The values as another coding gives them: each off by so many roundings."""
    return values * (1 + units * EPS * np.random.default_rng(7).uniform(-1, 1, size=values.shape))


def test_rounding_does_not_part_two_codings() -> None:
    one, other = print_of(seen()), print_of(seen(noisy(VALUES, 8), noisy(VALUES, 8)))
    assert one.sums != other.sums  # the last bits are really different
    assert coincide(one, other)
    assert coincide(one, one)


def test_rounding_grows_with_the_mistake() -> None:
    """A sum for a mean over 300 rows makes everything 300 times larger, its rounding and its spread too."""
    right, spread = VALUES[:4] / 10, 10 * EPS
    wrong = right * 300
    moved = wrong + 300 * spread * C * 0.5
    faces = {"spread": seen(np.full(4, spread), np.full(4, spread)), "expected": seen(right, right)}
    assert coincide(print_of(seen(wrong, wrong), **faces), print_of(seen(moved, moved), **faces))
    assert not coincide(print_of(seen(wrong, wrong)), print_of(seen(moved, moved)))


@pytest.mark.parametrize("place", [0, 150, 299])
def test_one_element_parts(place: int) -> None:
    other = VALUES.copy()
    other[place] += 0.01
    assert not coincide(print_of(seen()), print_of(seen(other)))
    assert not coincide(print_of(seen()), print_of(seen(VALUES, other)))


def test_a_permutation_parts() -> None:
    other = VALUES.copy()
    other[[3, 4]] = other[[4, 3]]
    assert not coincide(print_of(seen()), print_of(seen(other)))


def test_a_thousand_different_mistakes_have_no_two_alike() -> None:
    prints = [print_of(seen(VALUES * factor, None)) for factor in np.linspace(0.5, 2, 60)]
    assert sum(coincide(one, other) for one in prints for other in prints) == len(prints)


@pytest.mark.parametrize(
    "other",
    [
        seen(builders.tensor(VALUES, "float64")),
        seen(builders.tensor(VALUES.reshape(3, 100))),
        seen(builders.tensor(VALUES, requires_grad=True)),
        seen(Sequence(type="tuple", items=(builders.tensor(VALUES),))),
        seen(Mapping(type="dict", items=(("a", builders.tensor(VALUES)),))),
        seen(Number(type="float", text="0.5")),
        seen(Number(type="int", text="1")),
        seen(Text(text="a")),
        seen(Nothing()),
        seen(Opaque(type="set")),
        seen(gradient=None),
        seen(np.where(np.arange(300) == 7, np.nan, VALUES)),
        seen(backward=Raised(type="RuntimeError", message="no graph")),
        Observation(raised=Raised(type="ValueError", message="no")),
        Observation(missing=True),
    ],
)
def test_what_must_be_equal_parts(other: Observation) -> None:
    assert not coincide(print_of(seen()), print_of(other))
    assert coincide(print_of(other), print_of(other))


def test_where_numbers_are_not_finite_must_be_equal() -> None:
    holes = [
        np.where(np.arange(300) == place, value, VALUES) for place, value in ((7, np.nan), (8, np.nan), (7, np.inf))
    ]
    prints = [print_of(seen(each)) for each in holes]
    assert [coincide(prints[0], each) for each in prints] == [True, False, False]


def test_no_gradient_and_zeros_are_the_same() -> None:
    assert coincide(print_of(seen(gradient=None)), print_of(seen(gradient=VALUES * 0)))


def test_numbers_and_integers() -> None:
    near = [print_of(seen(Number(type="float", text=text), None)) for text in ("0.5", "0.50000001", "0.6", "odd")]
    assert [coincide(near[0], each) for each in near] == [True, True, False, False]
    whole = [print_of(seen(builders.tensor(values, "int64"), None)) for values in ([1, 2, 3], [1, 2, 4])]
    assert not coincide(*whole)


def test_exceptions_are_told_by_type_and_shape_of_message() -> None:
    def raised(message: str, kind: str = "RuntimeError") -> Footprint:
        return print_of(Observation(raised=Raised(type=kind, message=message)))

    first = raised("The size of tensor a (8) must match the size of tensor b (5) at 0x7f00")
    assert coincide(first, raised("The size of tensor a (16) must match the size of tensor b (7) at 0x7e11"))
    assert not coincide(first, raised("The size of tensor a (8) is odd"))
    assert not coincide(raised("x"), raised("x", "ValueError"))
    assert message_shape("shape [8, 5, 3] and 1.5e-3") == "shape [0] and 0"


def test_an_authors_tolerance_is_never_narrowed() -> None:
    loose = builders.exercise(tolerance=Tolerance(rtol=0.0, atol=0.1))
    one, other = (print_of(seen(np.array([value]), None), exercise=loose) for value in (1.0, 1.05))
    assert coincide(one, other)


def test_checked_slots_and_free_values_count_by_their_complaint() -> None:
    def complaint(text: str, value: float) -> Footprint:
        said = (Difference(slot="output", aspect=Aspect.PREDICATE, got=text),)
        case = Case(name="typical", checks=(("output", "check"),))
        return print_of(seen(np.array([value]), None), differences=said, case=case)

    assert coincide(complaint("3 of 10 are dropped", 1.0), complaint("4 of 10 are dropped", 2.0))
    assert not coincide(complaint("nothing is dropped", 1.0), complaint("all is dropped", 1.0))


def test_what_lies_beside_the_answer_counts_only_where_answers_are_right() -> None:
    loop = Difference(slot="operators", aspect=Aspect.COST, got="93", expected="7")
    assert coincide(print_of(seen(), differences=(*WRONG, loop)), print_of(seen()))
    rule = Difference(slot="line 3", aspect=Aspect.RULE, got="F.mse_loss")
    moved = Difference(slot="line 9", aspect=Aspect.RULE, got="F.mse_loss")
    prints = [print_of(seen(), differences=(each,)) for each in (loop, rule, moved)]
    assert [coincide(prints[1], each) for each in prints] == [False, True, True]


def test_when_there_is_none() -> None:
    right = builders.sight(seen())
    wrong = builders.sight(seen(), differences=WRONG)
    broken = builders.sight(None, status=Status.BROKEN, differences=WRONG)
    assert taken([right], begun=True) is None
    assert taken([wrong], begun=False) is None
    assert taken([wrong, broken], begun=True) is None
    assert taken([right, wrong], begun=True) is not None
    slow = builders.sight(None, status=Status.TIMED_OUT)
    assert coincide(print_of(seen()), print_of(seen()))
    assert taken([slow], begun=True) == taken([slow], begun=True) != taken([wrong], begun=True)


def test_it_is_small_and_survives_the_wire() -> None:
    huge = np.random.default_rng(1).normal(size=200_000)
    found = print_of(seen(huge, huge))
    assert found.sums.shape == (8,)
    assert wire.decode(wire.encode(found), Footprint) == found
