"""Two structures and their differences."""

import numpy as np
import pytest

from grader import compare
from grader.compare import C, Reference, gradient_differences
from grader.model import (
    PREVIEW,
    Array,
    Aspect,
    Gradient,
    Mapping,
    Node,
    Nothing,
    Number,
    Opaque,
    Sequence,
    Tensor,
    Text,
    Tolerance,
)
from tests.builders import array, reference, tensor

EPS = 2.0**-23


def plain(node: Node) -> Reference:
    return Reference(node, node, node)


def aspects(got: Node, expected: Reference, override: Tolerance | None = None) -> list[Aspect]:
    return [difference.aspect for difference in compare.compare(got, expected, "output", override)]


def test_equal_tensors_have_no_difference() -> None:
    assert aspects(tensor([1.0, -2.5]), reference([1.0, -2.5])) == []


@pytest.mark.parametrize(
    ("got", "aspect"),
    [
        (tensor([[1.0, 2.0]]), [Aspect.SHAPE]),
        (tensor([1.0, 2.0], "float64"), [Aspect.DTYPE]),
        (tensor([1.0, 2.0], device="meta"), [Aspect.DEVICE]),
        (tensor([1.0, 2.0], requires_grad=True), [Aspect.REQUIRES_GRAD]),
        (tensor([1.0, 3.0]), [Aspect.VALUE]),
        (tensor([1, 3], "int64"), [Aspect.DTYPE, Aspect.VALUE]),
        (Number(type="float", text="1.0"), [Aspect.TYPE]),
        (Nothing(), [Aspect.TYPE]),
        (Sequence(type="tuple", items=(tensor([1.0, 2.0]),)), [Aspect.STRUCTURE]),
    ],
)
def test_each_attribute_of_a_tensor_is_compared(got: Node, aspect: list[Aspect]) -> None:
    assert aspects(got, reference([1.0, 2.0])) == aspect


def test_the_worst_element_is_reported_with_its_numbers() -> None:
    got = tensor([[1.0, 2.0, 3.0], [4.0, 5.5, 6.001]])
    (difference,) = compare.compare(got, reference([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), "output")
    assert difference.index == (1, 1)
    assert (difference.got_value, difference.expected_value, difference.error) == (5.5, 5.0, 0.5)
    assert (difference.differing, difference.total) == (2, 6)
    assert difference.allowed == pytest.approx(C * EPS * 5)
    assert difference.expected_array == array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], "float64")


def test_large_arrays_are_not_kept() -> None:
    zeros = np.zeros(PREVIEW + 1)
    (difference,) = compare.compare(tensor(zeros + 1), reference(zeros), "output")
    assert difference.got_array is None
    assert difference.expected_array is None


@pytest.mark.parametrize("value", [1.0, 1000.0, 1e-9])
def test_rounding_at_the_scale_of_the_value_is_allowed_and_no_more(value: float) -> None:
    unit = EPS * max(value, 1.0)
    assert aspects(tensor(value + 15 * unit, "float64"), reference(value)) == [Aspect.DTYPE]
    assert aspects(tensor(value + 17 * unit, "float64"), reference(value)) == [Aspect.DTYPE, Aspect.VALUE]


def test_what_the_reference_moves_by_is_allowed_too() -> None:
    assert aspects(tensor([1.01]), reference([1.0])) == [Aspect.VALUE]
    assert aspects(tensor([1.01]), reference([1.0], spread=1e-3)) == []


def test_an_author_s_tolerance_replaces_the_derived_one() -> None:
    loose = Tolerance(rtol=0.0, atol=0.1)
    assert aspects(tensor([1.05]), reference([1.0]), loose) == []
    assert aspects(tensor([1.05]), reference([1.0], spread=1.0), Tolerance(rtol=0.0, atol=0.01)) == [Aspect.VALUE]
    assert aspects(tensor([105.0]), reference([100.0]), Tolerance(rtol=0.06, atol=0.0)) == []


def test_bfloat16_has_its_own_rounding() -> None:
    assert aspects(tensor([1.01], "bfloat16"), reference([1.0], "bfloat16")) == []
    assert aspects(tensor([1.2], "bfloat16"), reference([1.0], "bfloat16")) == [Aspect.VALUE]


@pytest.mark.parametrize(
    ("got", "expected", "same"),
    [
        (np.nan, np.nan, True),
        (np.inf, np.inf, True),
        (-np.inf, np.inf, False),
        (np.nan, 1.0, False),
        (1.0, np.nan, False),
        (np.inf, 1.0, False),
        (3e38, np.inf, False),
        (np.inf, np.nan, False),
    ],
)
def test_infinities_and_nan_are_equal_to_themselves_alone(got: float, expected: float, same: bool) -> None:
    assert aspects(tensor([got]), reference([expected])) == ([] if same else [Aspect.VALUE])


def test_what_the_dtype_cannot_hold_may_be_infinite() -> None:
    faces = Reference(tensor([np.inf]), tensor([1e39], "float64"), tensor([0.0], "float64"))
    assert aspects(tensor([np.inf]), faces) == []
    assert aspects(tensor([-np.inf]), faces) == [Aspect.VALUE]


def test_non_finite_numbers_are_told_as_words() -> None:
    (difference,) = compare.compare(tensor([np.nan]), reference([1.0]), "output")
    assert (difference.got_value, difference.error) == ("nan", "inf")


def test_empty_tensors_are_equal() -> None:
    assert aspects(tensor(np.zeros((0, 3))), reference(np.zeros((0, 3)))) == []


@pytest.mark.parametrize("dtype", ["int64", "bool", "uint8"])
def test_integers_must_be_exact(dtype: str) -> None:
    expected = reference([1, 1, 0], dtype)
    assert aspects(tensor([1, 1, 0], dtype), expected) == []
    assert aspects(tensor([1, 0, 0], dtype), expected) == [Aspect.VALUE]


def test_sequences_are_compared_item_by_item() -> None:
    wanted = Sequence(type="tuple", items=(tensor([1.0]), Text(text="a")))
    expected = Reference(wanted, wanted, Nothing())
    got = Sequence(type="tuple", items=(tensor([2.0]), Text(text="b")))
    assert [d.slot for d in compare.compare(got, expected, "output")] == ["output[0]", "output[1]"]


@pytest.mark.parametrize(
    "got",
    [
        Sequence(type="list", items=(Nothing(),)),
        Sequence(type="tuple", items=()),
        Sequence(type="tuple", items=(Nothing(), Nothing())),
        Nothing(),
        Mapping(type="dict", items=(("0", Nothing()),)),
    ],
)
def test_another_structure_is_a_difference(got: Node) -> None:
    assert aspects(got, plain(Sequence(type="tuple", items=(Nothing(),)))) == [Aspect.STRUCTURE]


def test_mappings_are_compared_by_key_in_any_order() -> None:
    expected = plain(Mapping(type="dict", items=(("a", Nothing()), ("b", Text(text="x")))))
    got = Mapping(type="dict", items=(("b", Text(text="y")), ("a", Nothing())))
    (difference,) = compare.compare(got, expected, "output")
    assert (difference.slot, difference.got, difference.expected) == ("output.b", "'y'", "'x'")


def test_missing_and_extra_keys_are_a_difference_of_structure() -> None:
    expected = plain(Mapping(type="dict", items=(("a", Nothing()),)))
    assert aspects(Mapping(type="dict", items=()), expected) == [Aspect.STRUCTURE]
    extra = Mapping(type="dict", items=(("a", Nothing()), ("b", Nothing())))
    assert aspects(extra, expected) == [Aspect.STRUCTURE]


@pytest.mark.parametrize(
    ("got", "aspect"),
    [
        (Number(type="float", text="0.50000001"), []),
        (Number(type="float", text="0.6"), [Aspect.VALUE]),
        (Number(type="float", text="no number"), [Aspect.VALUE]),
        (Number(type="int", text="0"), [Aspect.TYPE]),
        (Text(text="0.5"), [Aspect.TYPE]),
    ],
)
def test_python_floats_are_compared_as_values(got: Node, aspect: list[Aspect]) -> None:
    expected = Number(type="float", text="0.5")
    assert aspects(got, Reference(expected, expected, Number(type="float", text="0.0"))) == aspect


@pytest.mark.parametrize(
    ("got", "expected", "aspect"),
    [
        (Number(type="int", text="3"), Number(type="int", text="3"), []),
        (Number(type="int", text="4"), Number(type="int", text="3"), [Aspect.VALUE]),
        (Number(type="bool", text="True"), Number(type="int", text="1"), [Aspect.TYPE]),
        (Text(text="a"), Text(text="b"), [Aspect.VALUE]),
        (Text(text="None"), Nothing(), [Aspect.TYPE]),
        (Opaque(type="Adam"), Opaque(type="Adam"), []),
        (Opaque(type="Adam"), Opaque(type="SGD"), [Aspect.VALUE]),
    ],
)
def test_everything_else_is_equal_or_not(got: Node, expected: Node, aspect: list[Aspect]) -> None:
    assert aspects(got, plain(expected)) == aspect


@pytest.mark.parametrize("other", [Nothing(), tensor([1.0, 2.0, 3.0], "float64"), Number(type="float", text="1.0")])
def test_a_float64_reference_of_another_structure_is_left_out(other: Node) -> None:
    """Then the reference in the case's dtype is its own oracle, without spread: no tolerance comes from nowhere."""
    actual = tensor([1.0, 2.0])
    assert aspects(tensor([1.0, 2.0]), Reference(actual, other, other)) == []
    assert aspects(tensor([1.0, 2.01]), Reference(actual, other, other)) == [Aspect.VALUE]
    nested = Sequence(type="tuple", items=(actual,))
    assert aspects(nested, Reference(nested, other, other)) == []
    named = Mapping(type="dict", items=(("a", actual),))
    assert aspects(named, Reference(named, other, other)) == []
    number = Number(type="float", text="0.5")
    assert aspects(number, Reference(number, Nothing(), Nothing())) == []


def gradient(values: object, dtype: str = "float32") -> Gradient:
    return Gradient(slot="x", array=None if values is None else array(values, dtype))


def against(got: Gradient | None, expected: object, spread: float = 0.0) -> list[Aspect]:
    wide = gradient(expected, "float64")
    moved = gradient(np.full(np.shape(expected), spread), "float64") if expected is not None else None
    return [d.aspect for d in gradient_differences(got, (gradient(expected), wide, moved))]


def test_gradients_are_compared_as_values() -> None:
    assert against(gradient([1.0, 2.0]), [1.0, 2.0]) == []
    assert against(gradient([1.0, 2.1]), [1.0, 2.0]) == [Aspect.GRADIENT]
    assert against(gradient([1.0, 2.1]), [1.0, 2.0], spread=0.01) == []


def test_a_small_gradient_is_measured_at_the_scale_of_the_largest() -> None:
    assert against(gradient([100.0, 1e-4]), [100.0, 0.0]) == []
    assert against(gradient([1.0, 1e-4]), [1.0, 0.0]) == [Aspect.GRADIENT]


def test_a_missing_gradient_is_told() -> None:
    for absent in (None, gradient(None)):
        (difference,) = gradient_differences(absent, (gradient([1.0]), gradient([1.0], "float64"), None))
        assert (difference.slot, difference.got, difference.expected) == ("gradient of x", "None", "tensor")


def test_no_gradient_and_zeros_are_the_same() -> None:
    assert against(None, [0.0, 0.0]) == []
    assert against(gradient([0.0, 0.0]), None) == []


def test_a_gradient_where_there_must_be_none_is_told_with_its_size() -> None:
    (difference,) = gradient_differences(gradient([0.0, -3.0]), (gradient(None), gradient(None), None))
    assert (difference.got, difference.expected, difference.error) == ("tensor", "None", 3.0)


def test_a_gradient_of_another_shape_is_told() -> None:
    (difference,) = gradient_differences(gradient([[1.0]]), (gradient([1.0]), gradient([1.0], "float64"), None))
    assert (difference.got, difference.expected) == ("(1, 1)", "(1,)")


@pytest.mark.parametrize(
    ("node", "words"),
    [
        (tensor([[1.0, 2.0]]), "float32 tensor (1, 2)"),
        (Sequence(type="list", items=(Nothing(),)), "list of 1"),
        (Mapping(type="dict", items=(("a", Nothing()), ("b", Nothing()))), "dict with a, b"),
        (Mapping(type="dict", items=()), "dict with no keys"),
        (Number(type="int", text="3"), "int 3"),
        (Nothing(), "None"),
        (Opaque(type="Adam"), "Adam"),
        (Text(text="x" * 100), repr("x" * 80)),
        (Tensor(array=array([], "int64")), "int64 tensor (0,)"),
    ],
)
def test_each_node_has_a_short_name(node: Node, words: str) -> None:
    assert compare.token(node) == words


def test_a_signalling_nan_is_a_number_like_any_other() -> None:
    none = Gradient(slot="x", array=None)
    odd = Gradient(slot="x", array=Array("float32", (1,), bytes.fromhex("0100807f")))
    assert gradient_differences(odd, (none, none, None)) != []
    assert gradient_differences(None, (odd, odd, None)) != []
