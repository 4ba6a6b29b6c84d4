"""Comparing: it never raises, more tolerance is never stricter, and what it reports is true."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from grader import compare
from grader.arrays import to_numpy
from grader.compare import Reference
from grader.model import Aspect, Gradient, Node, Observation, Tensor, Tolerance
from grader.spread import spread_of
from tests.builders import tensor
from tests.laws.values import arrays, nodes

FLOATS = st.sampled_from(["float16", "bfloat16", "float32", "float64"])


@given(nodes(), nodes(), nodes(), nodes())
def test_any_two_structures_can_be_compared(got: Node, actual: Node, oracle: Node, spread: Node) -> None:
    for difference in compare.compare(got, Reference(actual, oracle, spread), "output"):
        assert difference.slot.startswith("output")


@given(nodes(honest=True))
def test_what_the_reference_gives_is_right(node: Node) -> None:
    still = spread_of(Observation(values=(node,)), [Observation(values=(node,))]).values[0]
    assert compare.compare(node, Reference(node, node, still), "output") == []


@given(nodes(), nodes(), st.lists(st.floats(0, 1e6), min_size=4, max_size=4))
def test_more_tolerance_is_never_stricter(got: Node, node: Node, numbers: list[float]) -> None:
    faces = Reference(node, node, node)
    small = Tolerance(rtol=numbers[0], atol=numbers[1])
    large = Tolerance(rtol=numbers[0] + numbers[2], atol=numbers[1] + numbers[3])
    count = lambda tolerance: sum(d.differing for d in compare.compare(got, faces, "", tolerance))  # noqa: E731
    assert count(large) <= count(small)


@given(
    st.lists(st.tuples(st.floats(width=32), st.floats(width=32)), min_size=1, max_size=6),
    st.floats(0, 1e3),
    st.floats(0, 1e3),
)
def test_more_spread_is_never_stricter(pairs: list[tuple[float, float]], one: float, more: float) -> None:
    got, wanted = tensor([a for a, _ in pairs]), tensor([b for _, b in pairs])
    narrow, wide = (tensor([value] * len(pairs), "float64") for value in (one, one + more))
    count = lambda spread: sum(d.differing for d in compare.compare(got, Reference(wanted, wanted, spread), ""))  # noqa: E731
    assert count(wide) <= count(narrow)


@given(st.lists(st.tuples(st.floats(width=32), st.floats(width=32)), min_size=1, max_size=6))
def test_the_reported_element_is_a_true_mismatch(pairs: list[tuple[float, float]]) -> None:
    got, wanted = (np.array(side, dtype=np.float32) for side in zip(*pairs, strict=True))
    found = compare.compare(tensor(got), Reference(tensor(wanted), tensor(wanted, "float64"), tensor([])), "output")
    equal = (got == wanted) | (np.isnan(got) & np.isnan(wanted))
    if equal.all():
        assert found == []
    for difference in found:
        assert difference.aspect is Aspect.VALUE
        assert not equal[difference.index]
        assert difference.got_value == compare.number(got[difference.index])
        assert difference.expected_value == compare.number(wanted[difference.index])
        assert 0 < difference.differing <= (~equal).sum()
        assert float(difference.error) > float(difference.allowed)


@given(arrays(["float32"]), FLOATS)
def test_a_right_answer_may_be_off_by_an_ulp(array, dtype: str) -> None:
    values = np.nan_to_num(to_numpy(array), nan=1.0, posinf=2.0, neginf=-2.0).clip(-6e4, 6e4).astype(np.float64)
    exact = tensor(values, dtype)
    near = tensor(to_numpy(exact.array) * (1 + compare.FLOAT_EPS[dtype]), dtype)
    zero = tensor(np.zeros(values.shape), "float64")
    wide = tensor(to_numpy(exact.array), "float64")
    assert compare.compare(near, Reference(exact, wide, zero), "output") == []


GRADIENTS = st.builds(Gradient, slot=st.just("x"), array=st.none() | arrays(["float32", "float64"]))


@given(st.none() | GRADIENTS, GRADIENTS, GRADIENTS, st.none() | GRADIENTS)
def test_any_gradients_can_be_compared(
    got: Gradient | None, actual: Gradient, oracle: Gradient, spread: Gradient | None
) -> None:
    for difference in compare.gradient_differences(got, (actual, oracle, spread)):
        assert difference.aspect is Aspect.GRADIENT


@given(GRADIENTS)
def test_the_reference_s_own_gradient_is_right(gradient: Gradient) -> None:
    assert compare.gradient_differences(gradient, (gradient, gradient, None)) == []


@given(nodes())
def test_every_node_has_a_short_name(node: Node) -> None:
    assert isinstance(compare.token(node), str)
    assert isinstance(node, Tensor) <= ("tensor" in compare.token(node))
