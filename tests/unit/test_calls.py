"""From a case to the calls that are made."""

import numpy as np

from grader.arrays import to_numpy
from grader.calls import IN_DTYPE, JITTERS, NARROW, Plan, reference_calls, student_call
from grader.model import Case, Form, Kind
from tests.builders import array, exercise, param

PARAMS = (param("x"), param("t", Kind.BINARY), param("y", Kind.INT, high=4))


def plan(seed: int = 0, **fields: object) -> Plan:
    return Plan(exercise(params=PARAMS, **fields), seed, "answer")


def test_a_student_is_called_by_the_case() -> None:
    case = Case(name="c", by_keyword=True, training=False, calls=2, dtype="float64")
    call = student_call(plan(), case)
    assert (call.id, call.entry, call.alias) == ("c", "answer", "answer")
    assert (call.by_keyword, call.training, call.precision, len(call.arguments)) == (True, False, "float64", 2)
    first, second = (to_numpy(arguments[0].array) for arguments in call.arguments)
    assert first.tolist() != second.tolist()


def test_gradients_are_watched_as_the_exercise_says_unless_the_case_does() -> None:
    def watched(case: Case, **fields: object) -> list[str]:
        return [argument.name for argument in student_call(plan(**fields), case).arguments[0] if argument.watch]

    assert watched(Case(name="c")) == ["x"]
    assert watched(Case(name="c", gradients=())) == []
    assert watched(Case(name="c", gradients=("t",))) == ["t"]
    assert watched(Case(name="c"), detached=("t",)) == ["x", "t"]


def test_a_scenario_has_no_drawn_arguments() -> None:
    call = student_call(plan(), Case(name="c", scenario="play"))
    assert (call.arguments, call.scenario) == ((), "play")


def test_inputs_change_with_the_seed_and_the_case_alone() -> None:
    inputs = lambda seed, name: student_call(plan(seed), Case(name=name)).arguments  # noqa: E731
    assert inputs(1, "a") == inputs(1, "a")
    assert inputs(1, "a") != inputs(2, "a")
    assert inputs(1, "a") != inputs(1, "b")


def test_a_module_is_built_from_one_seed_whatever_the_case() -> None:
    seeds = {student_call(plan(form=Form.MODULE), Case(name=name)).seed for name in "abc"}
    assert len(seeds) == 1
    assert len({student_call(plan(), Case(name=name)).seed for name in "abc"}) == 3


def test_the_reference_runs_in_its_dtype_in_float64_and_perturbed() -> None:
    actual, wide, *others = reference_calls(plan(), Case(name="c"))
    moved, narrow = others[:JITTERS], others[JITTERS:]
    assert len(moved) == JITTERS
    assert actual == student_call(plan(), Case(name="c"))
    assert [call.id for call in (wide, *moved)] == [f"c|{number}" for number in range(JITTERS + 1)]
    assert {call.precision for call in (wide, *moved)} == {"float64"}
    assert not any(call.counted for call in (wide, *others))
    assert [call.id for call in narrow] == [f"c|{number}{IN_DTYPE}" for number in range(1, NARROW + 1)]
    for same, widened in zip(narrow, moved, strict=False):
        assert (same.precision, same.jitter) == ("float32", widened.jitter)
        for mine, other in zip(same.arguments[0], widened.arguments[0], strict=True):
            assert mine.array.dtype in {"float32", "int64"}
            assert to_numpy(mine.array).tolist() == to_numpy(other.array).tolist()


def test_the_float64_reference_has_the_same_numbers() -> None:
    actual, wide, *_ = reference_calls(plan(), Case(name="c"))
    x, t, y = (argument.array for argument in wide.arguments[0])
    assert [array.dtype for array in (x, t, y)] == ["float64", "float64", "int64"]
    for narrow, other in zip(actual.arguments[0], wide.arguments[0], strict=True):
        assert to_numpy(narrow.array).tolist() == to_numpy(other.array).tolist()


def test_perturbations_move_floats_by_an_ulp_and_leave_what_is_exact() -> None:
    _, wide, *others = reference_calls(plan(), Case(name="c"))
    moved = others[:JITTERS]
    base = to_numpy(wide.arguments[0][0].array)
    for call in moved:
        x, t, y = call.arguments[0]
        change = np.abs(to_numpy(x.array) - base)
        assert (change > 0).all()
        assert (change <= np.abs(base) * 2.0**-23).all()
        assert (t, y) == wide.arguments[0][1:]
    assert len({call.arguments for call in moved}) == JITTERS


def test_an_expanded_input_is_contiguous_for_the_float64_reference() -> None:
    layouts = [call.arguments[0][0].layout for call in reference_calls(plan(), Case(name="c", layout="expanded"))]
    assert layouts == ["expanded", *["contiguous"] * (JITTERS + 1), *["expanded"] * NARROW]
    layouts = [call.arguments[0][0].layout for call in reference_calls(plan(), Case(name="c", layout="strided"))]
    assert set(layouts) == {"strided"}


def test_a_module_s_parameters_are_widened_and_its_counters_are_not() -> None:
    state = (("weight", array([1.5])), ("steps", array(3, "int64")))
    _, wide, *_ = reference_calls(Plan(exercise(form=Form.MODULE), 0, "answer", state), Case(name="c"))
    assert [value.dtype for _, value in wide.state] == ["float64", "int64"]


def test_second_derivatives_are_not_asked_of_companions_that_strain_the_arithmetic() -> None:
    asked = plan(second_order=("x",))
    strained = Case(name="c", companion=True, criterion="stability")
    assert student_call(asked, Case(name="c", criterion="stability")).second_order == ("x",)
    assert student_call(asked, Case(name="c", companion=True)).second_order == ("x",)
    assert student_call(asked, strained).second_order == ()
