"""Arrays as NumPy sees them."""

import numpy as np
import pytest

from grader import draw
from grader.arrays import FLOAT_EPS, from_numpy, is_float, to_numpy, ulp_jitter
from grader.model import ITEM_BYTES


@pytest.mark.parametrize("dtype", ITEM_BYTES)
def test_small_integers_survive_every_dtype(dtype: str) -> None:
    values = np.array([[0, 1, 1], [1, 0, 0]])
    array = from_numpy(values, dtype)
    assert (array.dtype, array.shape, len(array.data)) == (dtype, (2, 3), 6 * ITEM_BYTES[dtype])
    assert np.array_equal(to_numpy(array), values)


def test_values_are_read_only() -> None:
    with pytest.raises(ValueError, match="read-only"):
        to_numpy(from_numpy(np.zeros(2), "float32"))[0] = 1


def test_a_view_in_another_order_is_stored_in_rows() -> None:
    values = np.arange(6.0).reshape(2, 3).T
    assert to_numpy(from_numpy(values, "float64")).tolist() == values.tolist()


def test_bfloat16_rounds_to_the_nearest_and_ties_to_even() -> None:
    step = FLOAT_EPS["bfloat16"]
    values = np.array([1 + step / 2, 1 + 1.5 * step, 1 + 0.51 * step, -1 - 0.49 * step, np.inf, -np.inf, 1e39])
    expected = [1.0, 1 + 2 * step, 1 + step, -1.0, np.inf, -np.inf, np.inf]
    with np.errstate(over="ignore"):
        assert to_numpy(from_numpy(values, "bfloat16")).tolist() == expected


def test_nan_stays_nan_in_bfloat16() -> None:
    assert np.isnan(to_numpy(from_numpy(np.array([np.nan, -np.nan]), "bfloat16"))).all()


def test_a_number_too_large_becomes_infinite_without_a_warning() -> None:
    assert to_numpy(from_numpy(np.array([1e300, -1e300]), "float16")).tolist() == [np.inf, -np.inf]


@pytest.mark.parametrize(
    ("dtype", "float_"), [("bfloat16", True), ("float64", True), ("int64", False), ("bool", False)]
)
def test_floats_are_told_from_the_rest(dtype: str, float_: bool) -> None:
    assert is_float(dtype) is float_


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_jitter_moves_each_value_by_one_unit_in_the_last_place(dtype: str) -> None:
    values = to_numpy(from_numpy(np.array([1.0, -3.3, 1e-3, 0.0, np.inf, 1000.5]), dtype))
    moved = ulp_jitter(values, dtype, draw.stream(0, "jitter"))
    assert 0 < abs(moved[3]) < 1e-37
    assert moved[4] == np.inf
    finite = [0, 1, 2, 5]
    relative = np.abs(moved[finite] - values[finite]) / np.abs(values[finite])
    assert (relative <= FLOAT_EPS[dtype]).all()
    assert (relative >= FLOAT_EPS[dtype] / 2 * 0.99).all()
