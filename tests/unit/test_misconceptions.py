"""Does a submission behave as a known mistake does?"""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from grader import expected, judge, misconceptions
from grader.model import (
    Aspect,
    Case,
    Claims,
    Difference,
    Execution,
    Gradient,
    Mapping,
    Misconceptions,
    Node,
    Nothing,
    Number,
    Observation,
    Raised,
    Sequence,
    Status,
    Text,
)
from grader.sight import Sight
from tests.builders import array, sight, tensor


def one(*values: Node, gradient: object = 1.0) -> Observation:
    return Observation(values=values, gradients=((Gradient(slot="x", array=array([gradient])),),))


RIGHT, WRONG, OTHER = one(tensor([1.0])), one(tensor([2.0])), one(tensor([3.0]))


def judged(*observations: Observation, wanted: Observation = RIGHT, **case: object) -> list[Sight]:
    sights = []
    for index, observation in enumerate(observations):
        seen = sight(observation, wanted, case=Case(name=f"case {index}", **case))
        usable = seen.execution.observation is not None and not seen.execution.observation.missing
        sights.append(replace(seen, differences=judge.differences(seen) if usable else ()))
    return sights


def known(**mistakes: tuple[Observation, ...]) -> Misconceptions:
    return Misconceptions(
        executions=tuple(
            (
                name,
                tuple(
                    Execution(id=f"{name}/case {index}", status=Status.OK, observation=seen)
                    for index, seen in enumerate(group)
                ),
            )
            for name, group in mistakes.items()
        )
    )


def test_the_one_that_coincides_on_every_case_is_named() -> None:
    table = known(mine=(WRONG, OTHER), another=(WRONG, WRONG))
    assert misconceptions.matching(judged(WRONG, OTHER), table) == "mine"
    assert misconceptions.matching(judged(WRONG, WRONG), table) == "another"
    assert misconceptions.matching(judged(OTHER, OTHER), table) is None


def test_a_right_answer_has_no_misconception() -> None:
    assert misconceptions.matching(judged(RIGHT), known(same=(RIGHT,))) is None


def test_two_that_coincide_are_not_told_apart() -> None:
    assert misconceptions.matching(judged(WRONG), known(a=(WRONG,), b=(WRONG,))) is None


def test_a_value_alone_is_not_enough() -> None:
    wrong_gradient = one(tensor([2.0]), gradient=9.0)
    assert misconceptions.matching(judged(wrong_gradient), known(mine=(WRONG,))) is None
    assert misconceptions.matching(judged(wrong_gradient), known(mine=(wrong_gradient,))) == "mine"


def test_a_mistake_that_leaves_inputs_alone_does_not_explain_one_that_is_overwritten() -> None:
    overwriting = msgspec.structs.replace(RIGHT, claims=Claims(modified=("x",)))
    assert misconceptions.matching(judged(overwriting), known(reason_left_out=(RIGHT,))) is None
    assert misconceptions.matching(judged(overwriting), known(mine=(overwriting,), other=(RIGHT,))) == "mine"


def test_mistakes_that_differ_in_a_buffer_alone_are_told_apart() -> None:
    kept, lost = (
        msgspec.structs.replace(RIGHT, buffers=(("mean", array([value])),), buffers_moved=("mean",))
        for value in (0.0, 7.0)
    )
    right = msgspec.structs.replace(RIGHT, buffers=(("mean", array([1.0])),), buffers_moved=("mean",))
    table = known(kept=(kept,), kept_right=(right,))
    assert misconceptions.matching(judged(kept, wanted=right), table) == "kept"
    assert misconceptions.matching(judged(right, wanted=right), table) is None
    assert misconceptions.matching(judged(lost, wanted=right), known(mine=(right,))) is None


def test_no_known_mistake_explains_a_broken_rule() -> None:
    broken = Difference(slot="line 1", aspect=Aspect.RULE, got="torch.x", expected="not torch.x")
    seen = [replace(each, differences=(broken,)) for each in judged(RIGHT)]
    assert misconceptions.matching(seen, known(reason_left_out=(RIGHT,))) is None


def test_rounding_does_not_matter() -> None:
    near = one(tensor([2.0000002]), gradient=1.0000001)
    assert misconceptions.matching(judged(near), known(mine=(WRONG,))) == "mine"


def test_exceptions_coincide_by_type() -> None:
    raised = lambda name: Observation(raised=Raised(type=name))  # noqa: E731
    assert misconceptions.matching(judged(raised("KeyError")), known(mine=(raised("KeyError"),))) == "mine"
    assert misconceptions.matching(judged(raised("KeyError")), known(mine=(raised("TypeError"),))) is None
    assert misconceptions.matching(judged(raised("KeyError")), known(mine=(WRONG,))) is None


@pytest.mark.parametrize("absent", [Observation(missing=True), None])
def test_what_did_not_come_back_coincides_with_nothing(absent: Observation | None) -> None:
    sights = [
        *judged(WRONG),
        replace(judged(WRONG)[0], execution=Execution(id="x", status=Status.CRASHED, observation=absent)),
    ]
    assert misconceptions.matching(sights, known(mine=(WRONG,))) is None


@pytest.mark.parametrize(
    "node",
    [
        Sequence(type="tuple", items=(tensor([2.0]), Text(text="a"))),
        Mapping(type="dict", items=(("a", tensor([2.0])),)),
        Number(type="float", text="2.0"),
        Nothing(),
    ],
)
def test_a_mistake_may_have_another_structure_than_the_answer(node: Node) -> None:
    seen = one(node)
    assert misconceptions.matching(judged(seen), known(mine=(seen,))) == "mine"
    assert misconceptions.matching(judged(seen), known(mine=(WRONG,))) is None


def test_slots_with_a_predicate_are_not_compared() -> None:
    said = lambda text: one(Mapping(type="dict", items=(("loss", tensor([2.0])), ("reason", Text(text=text)))))  # noqa: E731
    wanted = one(Mapping(type="dict", items=(("loss", tensor([1.0])), ("reason", Text(text="reference")))))
    sights = judged(said("mine"), wanted=wanted, scenario="play", checks=(("reason", "p"),))
    assert misconceptions.matching(sights, known(mine=(said("theirs"),))) == "mine"
    unchecked = judged(said("mine"), wanted=wanted, scenario="play")
    assert misconceptions.matching(unchecked, known(mine=(said("theirs"),))) is None


def test_a_sentence_keeps_its_braces() -> None:
    text = misconceptions.text("sum_for_mean", "Divide by {n}: `{}`.")
    assert (text.id, text.title) == ("misconception.sum_for_mean", "sum for mean")
    assert text.message.format() == "Divide by {n}: `{}`."
    assert misconceptions.finding("sum_for_mean").rule == text.id


def test_misconceptions_are_read_from_the_source() -> None:
    source = '@misconception\ndef one(x):\n    """A sentence."""\n\n@other\ndef two(): ...\n\n@misconception\nclass Three: ...\n'
    assert expected.misconceptions_in(source) == {"one": "A sentence.", "Three": ""}


NAN = one(tensor([float("nan")]))


def test_a_case_that_overflows_is_excused_where_as_many_coincide() -> None:
    table = known(mine=(WRONG, OTHER, WRONG), another=(OTHER, WRONG, OTHER))
    assert misconceptions.matching(judged(WRONG, OTHER, NAN), table) == "mine"
    assert misconceptions.matching(judged(WRONG, NAN, WRONG), table) == "mine"
    assert misconceptions.matching(judged(WRONG, NAN, NAN), table) is None


def test_a_case_that_overflows_is_not_excused_where_the_mistake_is_right_or_the_reference_is_not_finite() -> None:
    assert misconceptions.matching(judged(WRONG, NAN), known(mine=(WRONG, RIGHT))) is None
    assert misconceptions.matching(judged(WRONG, NAN, wanted=NAN), known(mine=(WRONG, OTHER))) is None


def test_one_that_coincides_outright_comes_before_one_with_an_excuse() -> None:
    assert misconceptions.matching(judged(WRONG, NAN), known(mine=(WRONG, NAN), other=(WRONG, OTHER))) == "mine"
    assert misconceptions.matching(judged(WRONG, NAN), known(mine=(WRONG, OTHER), other=(WRONG, OTHER))) is None


def test_a_case_in_which_both_fail_differently_is_excused_where_many_coincide() -> None:
    many = (WRONG,) * misconceptions.DRIFTED
    other = one(tensor([4.0]))
    assert misconceptions.matching(judged(*many, OTHER), known(mine=(*many, other))) == "mine"
    assert misconceptions.matching(judged(*many[1:], OTHER), known(mine=(*many[1:], other))) is None
    assert misconceptions.matching(judged(*many, OTHER), known(mine=(*many, RIGHT))) is None
    assert misconceptions.matching(judged(*many, RIGHT), known(mine=(*many, other))) is None
