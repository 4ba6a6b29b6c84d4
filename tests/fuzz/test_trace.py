"""Whatever steps a worker claims to have made, they are refused or compared, in bounded time."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.model import MAX_ARRAYS, MAX_STEPS, MAX_TRACED_BYTES, Array, Observation, Step, Trace
from grader.sandbox.plausible import MAX_NAME, plausible
from grader.trace.parting import parting
from tests.builders import array

ARRAYS = (
    array([1.0, -2.0]), array([[0.5, 1.0], [3.0, 4.0]]), array(7.0), array([]), array([0.0, 0.0]), array([1, 0], "bool"),
    array([3, 4], "int64"), array([float("nan"), float("inf")]), array([[2.0], [-4.0]]),
)  # fmt: skip
OPERATIONS = (
    "add",
    "mean",
    "slice",
    "select",
    "copy_",
    "rsub",
    "_softmax",
    "neg",
    "stack",
    "arange",
    "detach",
    "",
    "x" * 40,
)
numbers = st.lists(st.integers(0, len(ARRAYS) - 1), max_size=9).map(tuple)
options = st.lists(st.sampled_from(["1", "-1", "9" * 40, "2.5", "[0, 1]", "True", "a=1", "{}", "", "inf"]), max_size=4)
steps = st.builds(
    Step,
    operation=st.sampled_from(OPERATIONS),
    cell=st.integers(0, 3),
    line=st.integers(0, 9),
    inputs=numbers,
    outputs=numbers,
    options=options.map(tuple),
)
traces = st.builds(
    Trace,
    arrays=st.just(ARRAYS),
    steps=st.lists(steps, max_size=12).map(tuple),
    names=st.lists(st.tuples(st.sampled_from(["x", "self.w"]), st.integers(0, len(ARRAYS) - 1)), max_size=3).map(tuple),
    results=numbers,
)


@given(traces, traces)
def test_any_steps_are_compared(mine: Trace, right: Trace) -> None:
    assert plausible(Observation(trace=mine))
    found = parting(mine, right)
    assert found is None or (found.mine and found.index < len(mine.steps))


STEP = Step(operation="exp", cell=0, line=1, inputs=(0,), outputs=(0,))
GOOD = Trace(arrays=ARRAYS, steps=(STEP,), names=(("x", 0),), results=(0,))
MANY = tuple(Array("uint8", (2,), bytes(divmod(number, 256))) for number in range(MAX_ARRAYS + 1))


@pytest.mark.parametrize(
    "odd",
    [
        {"results": (len(ARRAYS),)},
        {"results": (-1,)},
        {"names": (("x", 99),)},
        {"names": (("no name", 0),)},
        {"names": (("x" * (MAX_NAME + 1), 0),)},
        {"steps": (STEP,) * (MAX_STEPS + 1)},
        {"steps": (msgspec.structs.replace(STEP, inputs=(99,)),)},
        {"steps": (msgspec.structs.replace(STEP, line=-1),)},
        {"steps": (msgspec.structs.replace(STEP, options=("9" * 1000,)),)},
        {"steps": (msgspec.structs.replace(STEP, operation="\x1b[2J"),)},
        {"arrays": MANY},
        {"arrays": (*ARRAYS, Array("uint8", (MAX_TRACED_BYTES,), bytes(MAX_TRACED_BYTES)))},
    ],
)
def test_steps_that_no_worker_writes_are_refused(odd: dict[str, object]) -> None:
    assert plausible(Observation(trace=GOOD))
    assert not plausible(Observation(trace=msgspec.structs.replace(GOOD, **odd)))


def test_many_arrays_that_are_nearly_alike_do_not_take_long() -> None:
    alike = tuple(array([[float(row), 9.0 - row], [row + 0.5, 8.5 - row]]) for row in range(MAX_ARRAYS - 1))
    made = tuple(Step(operation="cat", cell=0, line=1, inputs=(0,) * 20, outputs=(at,)) for at in range(1, MAX_STEPS))
    mine = Trace(arrays=(array([1.0]), *alike), steps=made, results=(MAX_STEPS - 1,))
    right = Trace(arrays=(array([1.0]), *(array(row) for row in [[1.5, 2.5, 6.5, 8.5]] * 9)), results=(1,))
    assert parting(mine, right) is not None
