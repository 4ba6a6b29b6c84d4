"""Findings about what a module keeps: parameters, buffers, its state_dict, its mode."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from grader import findings, judge
from grader.model import Array, Case, Form, Observation, Raised
from grader.sight import Sight
from tests.builders import array, exercise, sight, tensor

MODULE = exercise(form=Form.MODULE, gradients=())
BEFORE = array([1.0, 2.0])


def seen(own: Array | None, wanted: Array, *, training: bool = True) -> Sight:
    """Return a case of which only the buffer `mean` is of interest: before the call it is `BEFORE`."""
    observed = Observation(buffers=() if own is None else (("mean", own),))
    reference = Observation(buffers=(("mean", wanted),))
    one = sight(observed, reference, exercise=MODULE, case=Case(name="typical", training=training))
    call = msgspec.structs.replace(one.call, state=(("mean", BEFORE),), state_buffers=("mean",))
    return judged(replace(one, call=call))


def judged(one: Sight) -> Sight:
    return replace(one, differences=judge.differences(one))


def told(*sights: Sight) -> str:
    found = findings.find(sights[0], sights)[0]
    (text,) = findings.texts({found.rule})
    return text.message.format(**dict(found.facts))


def test_a_buffer_that_is_not_kept_up_is_told() -> None:
    assert told(seen(BEFORE, array([1.5, 2.5]))) == (
        "your module leaves the buffer `mean` as it was; the call should update it."
    )


def test_a_buffer_that_should_stay_is_told_with_the_mode() -> None:
    assert told(seen(array([9.0, 2.0]), BEFORE, training=False)) == (
        "your module changes the buffer `mean` in evaluation; there it should stay as it was."
    )


def test_a_buffer_that_moved_too_far_is_told_by_how_much() -> None:
    assert told(seen(array([1.9, 2.9]), array([1.1, 2.1]))) == (
        "after the call the buffer `mean[0]` is 1.9, expected 1.1; it moved 9 times as far as it should."
    )
    assert told(seen(array([1.9, 3.3]), array([1.1, 2.1]))).endswith("`mean[0]` is 1.9, expected 1.1.")


def test_a_missing_buffer_is_told_with_its_shape() -> None:
    assert told(seen(None, array([1.5, 2.5]))) == "your module has no buffer `mean` of shape (2,)."


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ((("gamma", array([1.0])),), "there is no `scale`, which should have the shape (1,)"),
        ((("scale", array([1.0])), ("more", array([1.0]))), "`more` is not asked for"),
        ((("scale", array([0.0])),), "`scale` is 0 at first, expected 1"),
    ],
)
def test_a_state_dict_of_other_names_or_first_values_is_told(own: tuple, words: str) -> None:
    asked = msgspec.structs.replace(MODULE, state_dict=True)
    one = sight(Observation(state=own), Observation(state=(("scale", array([1.0])),)), exercise=asked)
    assert told(judged(one)) == f"in your module's `state_dict()`, {words}."


def test_parameters_that_do_not_fit_are_told_in_words() -> None:
    error = Raised(
        type="ParametersDiffer", message="the module has parameters that are not asked for: `b` of shape (3,)"
    )
    assert told(judged(sight(Observation(raised=error), Observation(), exercise=MODULE))) == f"{error.message}."


def test_a_module_that_is_right_in_one_mode_is_told_so() -> None:
    right, wrong = Observation(values=(tensor([1.0]),)), Observation(values=(tensor([2.0]),))

    def case(name: str, own: Observation, *, training: bool) -> Sight:
        still = Observation(values=(tensor([0.0], "float64"),))
        return judged(sight(own, right, spread=still, exercise=MODULE, case=Case(name=name, training=training)))

    cases = [case("eval", wrong, training=False), case("a", right, training=True), case("b", right, training=True)]
    assert told(*cases) == "your module is right in training, and wrong in evaluation."
