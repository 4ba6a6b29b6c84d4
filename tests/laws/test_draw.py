"""Drawn inputs: the same twice, whatever else is drawn; and rounding as torch does it."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from grader import draw
from grader.arrays import from_numpy, to_numpy
from grader.calls import Plan, reference_calls, student_call
from grader.model import Case, Kind, Param
from tests.builders import exercise, param

KINDS = st.sampled_from([Kind.FLOAT, Kind.INT, Kind.BINARY, Kind.BOOL, Kind.PROBS, Kind.LOG_PROBS])
AXES = st.lists(st.sampled_from(["batch", "classes", "seq", "3"]), min_size=1, max_size=3, unique=True).map(tuple)


@st.composite
def params(draw_: st.DrawFn) -> tuple[Param, ...]:
    kinds = draw_(st.lists(st.tuples(KINDS, AXES), min_size=1, max_size=3))
    high = {Kind.INT: 5}
    return tuple(param(f"p{index}", kind, axes, high=high.get(kind)) for index, (kind, axes) in enumerate(kinds))


@st.composite
def cases(draw_: st.DrawFn, name: str = "case") -> Case:
    return Case(
        name=name,
        sizes=tuple(draw_(st.dictionaries(st.sampled_from(["batch", "classes"]), st.integers(0, 9))).items()),
        dtype=draw_(st.sampled_from(["float32", "float64", "bfloat16", "float16"])),
        layout=draw_(st.sampled_from(["contiguous", "expanded", "strided"])),
    )


@given(params(), cases(), st.integers(0, 2**31))
def test_a_drawn_input_is_the_same_twice(found: tuple[Param, ...], case: Case, seed: int) -> None:
    assert draw.arguments(found, case, (), (seed, "e", 0)) == draw.arguments(found, case, (), (seed, "e", 0))


@given(params(), cases(), st.lists(cases("other"), max_size=2), st.integers(0, 2**31))
def test_it_does_not_depend_on_other_cases_or_parameters(
    found: tuple[Param, ...], case: Case, others: list[Case], seed: int
) -> None:
    alone = student_call(Plan(exercise(params=found, cases=(case,)), seed, "answer"), case)
    among = student_call(Plan(exercise(params=found, cases=(*others, case)), seed, "answer"), case)
    assert alone == among
    sizes = tuple(draw.axis_sizes(found, case).items())
    fixed = Case(name=case.name, sizes=sizes, dtype=case.dtype, layout=case.layout)
    first = draw.arguments(found[:1], fixed, (), (seed, "e", 0))
    assert first == draw.arguments(found, fixed, (), (seed, "e", 0))[:1]


@given(params(), cases(), st.integers(0, 99))
def test_every_input_has_its_shape_and_range(found: tuple[Param, ...], case: Case, seed: int) -> None:
    sizes = draw.axis_sizes(found, case)
    for each, argument in zip(found, draw.arguments(found, case, (), (seed, "e", 0)), strict=True):
        values = to_numpy(argument.array)
        assert values.shape == tuple(sizes[axis] for axis in each.axes)
        assert np.isfinite(values).all()
        if each.kind is Kind.INT:
            assert ((values >= 0) & (values < 5)).all()
        if each.kind is Kind.BINARY:
            assert np.isin(values, [0, 1]).all()


@given(params(), cases(), st.integers(0, 99))
def test_the_float64_reference_gets_the_same_numbers(found: tuple[Param, ...], case: Case, seed: int) -> None:
    actual, wide, *_ = reference_calls(Plan(exercise(params=found, cases=(case,)), seed, "answer"), case)
    for one, other in zip(actual.arguments[0], wide.arguments[0], strict=True):
        assert np.array_equal(to_numpy(one.array).astype(np.float64), to_numpy(other.array).astype(np.float64))


@given(arrays.arrays(np.float32, st.integers(0, 8), elements=st.floats(width=32, allow_nan=False)))
def test_bfloat16_is_rounded_as_torch_does(values: np.ndarray) -> None:
    theirs = torch.from_numpy(values.copy()).to(torch.bfloat16)
    bits = theirs.view(torch.int16).numpy().tobytes() if values.size else b""
    assert from_numpy(values, "bfloat16").data == bits


@given(st.integers(0, 2**32 - 1))
def test_any_bits_are_rounded_as_torch_does(pattern: int) -> None:
    values = np.array([pattern], dtype=np.uint32).view(np.float32)
    mine = to_numpy(from_numpy(values, "bfloat16"))
    theirs = torch.from_numpy(values).to(torch.bfloat16).float().numpy()
    assert np.array_equal(mine, theirs, equal_nan=True)


@given(st.lists(st.integers(0, 4), max_size=3), st.integers(0, 2**31), st.text(max_size=5))
def test_a_cotangent_is_the_same_twice_and_never_zero(shape: list[int], seed: int, slot: str) -> None:
    one, other = (draw.cotangent(tuple(shape), seed, slot) for _ in range(2))
    assert np.array_equal(one, other)
    assert (abs(one) >= 0.25).all()
