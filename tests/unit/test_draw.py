"""Inputs drawn with NumPy."""

import numpy as np
import pytest

from grader import draw
from grader.arrays import to_numpy
from grader.model import Argument, Case, Kind
from tests.builders import array, param

PLAIN = Case(name="c")
PATH = (0, "exercise", 0)


def drawn(params: tuple, case: Case = PLAIN, watched: tuple[str, ...] = ()) -> dict[str, Argument]:
    return {argument.name: argument for argument in draw.arguments(params, case, watched, PATH)}


def values(params: tuple, case: Case = PLAIN, name: str = "x") -> np.ndarray:
    array = drawn(params, case)[name].array
    assert array is not None
    return to_numpy(array)


def test_axes_left_open_get_sizes_that_differ() -> None:
    params = (param("x", axes=("batch", "seq")), param("y", axes=("heads", "seq", "4")))
    sizes = draw.axis_sizes(params, Case(name="c", sizes=(("seq", 6),)))
    assert sizes["seq"] == 6
    assert len(set(sizes.values())) == len(sizes)
    assert draw.SIZES[0] == 6  # it would have been used


def test_a_fixed_size_stands_for_itself() -> None:
    assert values((param("x", axes=("batch", "28")),)).shape == (6, 28)


def test_any_number_of_axes_gets_sizes() -> None:
    names = tuple(f"axis_{index}" for index in range(12))
    sizes = draw.axis_sizes((param("x", axes=names),), Case(name="c"))
    assert len(set(sizes.values())) == 12


def test_integers_lie_in_their_range_and_reach_both_ends() -> None:
    labels = param("y", Kind.INT, high="classes")
    found = values(
        (param("x", axes=("batch", "classes")), labels), Case(name="c", sizes=(("batch", 50), ("classes", 3))), "y"
    )
    assert found.dtype == np.int64
    assert set(found.tolist()) == {0, 1, 2}


def test_an_empty_range_of_integers_gives_its_lower_end() -> None:
    assert set(draw.integers(draw.stream(0), (5,), 2, 2).tolist()) == {2}


def test_both_values_of_a_mask_occur() -> None:
    found = values((param("x", Kind.BOOL),), Case(name="c", sizes=(("batch", 2),)))
    assert found.dtype == np.bool_
    assert sorted(found.tolist()) == [False, True]


@pytest.mark.parametrize("size", [2, 7])
def test_binary_values_are_floats_zero_and_one(size: int) -> None:
    found = values((param("x", Kind.BINARY),), Case(name="c", sizes=(("batch", size),)))
    assert found.dtype == np.float32
    assert set(found.tolist()) == {0.0, 1.0}


@pytest.mark.parametrize("kind", [Kind.PROBS, Kind.LOG_PROBS])
def test_rows_of_probabilities_sum_to_one(kind: Kind) -> None:
    found = values((param("x", kind, axes=("batch", "classes")),), Case(name="c", dtype="float64"))
    rows = np.exp(found) if kind is Kind.LOG_PROBS else found
    assert (rows > 0).all()
    assert np.allclose(rows.sum(axis=-1), 1, rtol=0, atol=1e-12)


def test_one_hot_rows() -> None:
    case = Case(name="c", fill=(("x", "one_hot"),))
    found = values((param("x", Kind.PROBS, axes=("batch", "classes")),), case)
    assert set(found.ravel().tolist()) == {0.0, 1.0}
    assert found.sum(axis=-1).tolist() == [1.0] * len(found)


@pytest.mark.parametrize(
    ("fill", "holds"),
    [
        ("zeros", lambda x: (x == 0).all()),
        ("ones", lambda x: (x == 1).all()),
        ("ties", lambda x: set(x.tolist()) <= {-1.0, 0.0, 1.0}),
        ("saturated", lambda x: (abs(x) >= 20).all() and (x > 0).any() and (x < 0).any()),
        ("near_equal", lambda x: np.ptp(x) < 0.02),
        ("extreme", lambda x: (abs(x) >= 1e3).all() and (abs(x) <= 1e4).all()),
    ],
)
def test_fills_replace_the_draw(fill: str, holds) -> None:
    assert holds(values((param("x"),), Case(name="c", sizes=(("batch", 40),), fill=(("x", fill),))))


@pytest.mark.parametrize("fill", ["zeros", "ones"])
def test_binary_fills(fill: str) -> None:
    assert set(values((param("x", Kind.BINARY),), Case(name="c", fill=(("x", fill),))).tolist()) == {
        float(fill == "ones")
    }


@pytest.mark.parametrize("layout", ["contiguous", "expanded"])
def test_a_parameter_may_copy_another(layout: str) -> None:
    params = (param("x", axes=("batch", "seq")), param("y", axes=("batch", "seq")))
    case = Case(name="c", fill=(("y", "same:x"),), layout=layout)
    assert values(params, case, "y").tolist() == values(params, case, "x").tolist()


def test_std_scales_a_normal_draw() -> None:
    wide = values((param("x"),), Case(name="c", sizes=(("batch", 500),), std=(("x", 1e3),)))
    assert 800 < wide.std() < 1200


def test_a_range_makes_floats_uniform() -> None:
    found = values((param("x", low=2.0, high=3.0),), Case(name="c", sizes=(("batch", 200),)))
    assert found.min() >= 2
    assert found.max() < 3


def test_a_share_of_the_values_is_replaced_by_a_scalar_s_value() -> None:
    labels = param("y", Kind.INT, high=5, mix="ignored", mix_share=0.25)
    ignored = param("ignored", Kind.SCALAR, axes=(), default=-100, required=False)
    case = Case(name="c", sizes=(("batch", 20),))
    assert (values((labels, ignored), case, "y") == -100).sum() == 5
    more = Case(name="c", sizes=(("batch", 20),), share=(("y", 0.5),), args=(("ignored", -1),))
    assert (values((labels, ignored), more, "y") == -1).sum() == 10


@pytest.mark.parametrize("mix", [None, -100])
def test_an_expanded_input_has_equal_rows(mix: int | None) -> None:
    """A worker expands the first row: rows that differed would not reach the student as the reference gets them."""
    labels = param("x", Kind.INT, axes=("batch", "seq"), high=5, mix=mix, mix_share=0.5)
    found = values((labels,), Case(name="c", layout="expanded", sizes=(("seq", 20),)))
    assert (found == found[0]).all()


def test_scalars_are_passed_where_they_are_given_or_needed() -> None:
    params = (param("a", Kind.SCALAR, default=1.5, required=False), param("b", Kind.SCALAR))
    found = draw.arguments(params, Case(name="c", args=(("b", 3),)), (), PATH)
    assert [(argument.name, argument.scalar) for argument in found] == [("b", 3)]
    found = draw.arguments(params, Case(name="c", args=(("b", 3), ("a", 0.5))), (), PATH)
    assert [(argument.name, argument.scalar) for argument in found] == [("a", 0.5), ("b", 3)]


def test_optional_tensors_may_be_left_out() -> None:
    params = (param("x"), param("weight", required=False))
    assert list(drawn(params)) == ["x", "weight"]
    assert list(drawn(params, Case(name="c", omit=("weight",)))) == ["x"]


def test_watched_parameters_are_marked() -> None:
    found = drawn((param("x"), param("y")), watched=("y",))
    assert (found["x"].watch, found["y"].watch) == (False, True)


@pytest.mark.parametrize("dtype", ["float64", "bfloat16", "float16"])
def test_floats_come_in_the_case_s_dtype(dtype: str) -> None:
    found = drawn((param("x"), param("y", Kind.INT, high=3)), Case(name="c", dtype=dtype))
    assert [argument.array.dtype for argument in found.values()] == [dtype, "int64"]


@pytest.mark.parametrize("shape", [(), (0,), (50, 4)])
def test_a_cotangent_is_bounded_away_from_zero_and_exact_in_bfloat16(shape: tuple[int, ...]) -> None:
    found = draw.cotangent(shape, 3, "output")
    assert found.shape == shape
    assert (abs(found) >= 0.25).all()
    bits = found.astype(np.float32).view(np.uint32)
    assert (bits & 0xFFFF == 0).all()


def test_each_slot_has_a_cotangent_of_its_own() -> None:
    assert draw.cotangent((4,), 3, "output[0]").tolist() != draw.cotangent((4,), 3, "output[1]").tolist()


def test_a_scale_of_ones_is_moved_and_a_table_is_each_module_s_own() -> None:
    constructed = (
        ("scale", array([1.0, 1.0])),
        ("weight", array([0.5, -0.25])),
        ("mean", array([0.0, 0.0])),
        ("table", array([1.0, 2.0])),
        ("count", array(0, "int64")),
    )
    found = dict(draw.state(constructed, {"mean", "table", "count"}, (0, "norm")))
    assert list(found) == ["scale", "weight", "mean"]
    assert found["weight"] == array([0.5, -0.25])
    scale = to_numpy(found["scale"])
    assert 0.75 <= scale.min() < scale.max() <= 1.25
    assert found == dict(draw.state(constructed, {"mean", "table", "count"}, (0, "norm")))
