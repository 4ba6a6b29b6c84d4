"""What a case comes to."""

from __future__ import annotations

import dataclasses
from typing import get_args

import msgspec
import pytest

from grader import judge, shown
from grader.model import (
    Argument,
    Aspect,
    Call,
    Case,
    Claims,
    Definition,
    Difference,
    Evidence,
    Exercise,
    Facts,
    Form,
    Gradient,
    Kind,
    Mapping,
    Node,
    Nothing,
    Observation,
    Outcome,
    Raised,
    Status,
    Tensor,
    Text,
    Tolerance,
    Use,
)
from grader.sight import Sight
from tests.builders import array, exercise, param, sight, tensor

ERROR = Raised(type="ValueError", bases=("Exception", "BaseException"))
ONE = Observation(values=(tensor([1.0]),))
TWO = Observation(values=(tensor([2.0]),))


def told(case: Sight) -> list[Difference]:
    return list(judge.differences(case))


def aspects(got: Observation, expected: Observation, **fields: object) -> list[Aspect]:
    return [difference.aspect for difference in told(sight(got, expected, **fields))]


def outcome(got: Observation | None, expected: Observation = ONE, **fields: object) -> Outcome:
    seen = sight(got, expected, **fields)
    differences = judge.differences(seen) if got is not None and not got.missing else ()
    judged = sight(got, expected, **fields, differences=differences)
    return judge.verdict(judged, 5.0, Evidence(differences=differences)).outcome


@pytest.mark.parametrize(
    ("got", "status", "expected"),
    [
        (ONE, Status.OK, Outcome.PASSED),
        (TWO, Status.OK, Outcome.WRONG),
        (Observation(raised=ERROR), Status.RAISED, Outcome.RAISED),
        (Observation(raised=Raised(type="NotImplementedError")), Status.RAISED, Outcome.RAISED),
        (Observation(missing=True), Status.OK, Outcome.NOT_ATTEMPTED),
        (None, Status.TIMED_OUT, Outcome.TIMED_OUT),
        (None, Status.OUT_OF_MEMORY, Outcome.OUT_OF_MEMORY),
        (None, Status.OUTPUT_LIMIT, Outcome.CRASHED),
        (None, Status.CRASHED, Outcome.CRASHED),
        (None, Status.BROKEN, Outcome.UNGRADED),
        (None, Status.OK, Outcome.UNGRADED),
    ],
)
def test_each_status_has_an_outcome(got: Observation | None, status: Status, expected: Outcome) -> None:
    assert outcome(got, status=status) is expected


def test_every_status_and_outcome_was_tried() -> None:
    (mark,) = [mark for mark in test_each_status_has_an_outcome.pytestmark if mark.name == "parametrize"]
    assert {row[1] for row in mark.args[1]} == set(Status)
    assert {row[2] for row in mark.args[1]} == set(Outcome) - {Outcome.REFUSED}  # the next test's


def test_a_wrong_answer_that_breaks_a_rule_is_refused() -> None:
    facts = Facts(definitions=(Definition(name="answer", cell=0, line=1, end_line=2, loops=(2,)),))
    assert outcome(ONE, exercise=exercise(forbid=("loop",)), facts=facts) is Outcome.REFUSED
    assert outcome(ONE, exercise=exercise(forbid=("loop",))) is Outcome.PASSED


@pytest.mark.parametrize(
    "expected", [Status.BROKEN, Status.TIMED_OUT, Status.CRASHED, Status.OUT_OF_MEMORY, Status.OUTPUT_LIMIT]
)
@pytest.mark.parametrize("got", Status)
def test_where_the_reference_failed_nothing_is_graded(got: Status, expected: Status) -> None:
    assert outcome(ONE, status=got, expected_status=expected) is Outcome.UNGRADED


def test_points_are_given_for_passing_alone() -> None:
    assert judge.verdict(sight(ONE, ONE), 5.0, Evidence()).points == 5.0
    failed = sight(TWO, ONE, differences=judge.differences(sight(TWO, ONE)))
    verdict = judge.verdict(failed, 5.0, Evidence(differences=failed.differences))
    assert (verdict.points, verdict.max_points) == (0.0, 5.0)
    assert judge.not_begun(failed, 5.0).outcome is Outcome.NOT_ATTEMPTED


# Exceptions


def test_an_exception_is_expected_by_name_or_base() -> None:
    expected = Observation(raised=ERROR)
    subclass = Observation(raised=Raised(type="Custom", bases=("ValueError", "Exception")))
    assert aspects(expected, expected) == []
    assert aspects(subclass, expected) == []
    assert aspects(Observation(raised=Raised(type="Exception")), expected) == [Aspect.EXCEPTION]


def test_an_exception_that_is_missing_or_too_much() -> None:
    (missing,) = told(sight(ONE, Observation(raised=ERROR)))
    assert (missing.got, missing.expected) == ("no exception", "ValueError")
    (extra,) = told(sight(Observation(raised=ERROR), ONE))
    assert (extra.got, extra.expected) == ("ValueError", "no exception")


# Values, gradients, buffers


def test_values_of_every_call_are_compared() -> None:
    both = Observation(values=(tensor([1.0]), tensor([2.0])))
    assert aspects(both, both) == []
    assert aspects(Observation(values=(tensor([1.0]),)), both) == [Aspect.TYPE]


def test_no_spread_means_no_tolerance_from_it() -> None:
    assert aspects(Observation(values=(tensor([1.001]),)), ONE, spread=Observation()) == [Aspect.VALUE]


def test_an_author_s_tolerance_is_used() -> None:
    near = Observation(values=(tensor([1.001]),))
    assert aspects(near, ONE, exercise=exercise(tolerance=Tolerance(rtol=0.01, atol=0.0))) == []


def test_large_inputs_allow_the_rounding_of_large_intermediate_results() -> None:
    got, call = Observation(values=(tensor([1.001]),)), Call(id="c", entry="answer", form=Form.FUNCTION)
    seen = sight(got, ONE)
    large = Argument(name="x", array=array([1e3]))
    call = Call(id="c", entry="answer", form=Form.FUNCTION, arguments=((large,),))
    wide = Sight(seen.exercise, seen.case, call, seen.expectation, seen.execution, seen.facts)
    assert [d.aspect for d in told(seen)] == [Aspect.VALUE]
    assert told(wide) == []


def gradients(*values: object) -> Observation:
    slots = tuple(Gradient(slot=f"x{index}", array=None if v is None else array(v)) for index, v in enumerate(values))
    return Observation(values=ONE.values, gradients=(slots,))


def test_gradients_are_compared_by_slot() -> None:
    expected = gradients([1.0], None)
    assert aspects(expected, expected) == []
    assert [d.slot for d in told(sight(gradients([2.0], [1.0]), expected))] == ["gradient of x0", "gradient of x1"]
    assert aspects(ONE, expected) == [Aspect.GRADIENT]


def test_a_backward_pass_that_fails_is_one_difference() -> None:
    (difference,) = told(sight(Observation(values=ONE.values, backward=ERROR), gradients([1.0])))
    assert (difference.aspect, difference.got) == (Aspect.GRADIENT, "ValueError")
    assert aspects(Observation(values=ONE.values, backward=ERROR), Observation(values=ONE.values, backward=ERROR)) == []


def test_buffers_are_compared_by_name() -> None:
    buffers = (("mean", array([1.0])), ("count", array(1, "int64")))
    expected = Observation(buffers=buffers, buffers_moved=("mean", "count"))
    assert aspects(expected, expected) == []
    other = Observation(buffers=(("mean", array([1.5])), ("count", array(1, "int64"))))
    assert [(d.slot, d.aspect) for d in told(sight(other, expected))] == [("buffer mean", Aspect.VALUE)]
    for lost in (Observation(), Observation(buffers=(("mean", array([[1.0]])), ("count", array(1, "int64"))))):
        found = told(sight(lost, expected))
        assert found[0].aspect is Aspect.BUFFER
        assert found[0].expected == "(1,)"


def test_a_buffer_that_the_reference_leaves_alone_is_each_module_s_own_affair() -> None:
    assert aspects(Observation(), Observation(buffers=(("mask", array([1.0])),))) == []


def test_a_state_dict_is_compared_where_an_exercise_asks_for_it() -> None:
    state = lambda **values: Observation(state=tuple((name, array(value)) for name, value in values.items()))  # noqa: E731
    wanted = state(scale=[1.0, 1.0], weight=[0.5, 0.25])
    asked = exercise(form=Form.MODULE, state_dict=True)

    def told_of(own: Observation) -> list[tuple[str, str, str]]:
        return [(one.slot, one.got, one.expected) for one in told(sight(own, wanted, exercise=asked))]

    assert told_of(state(scale=[1.0, 1.0], weight=[9.0, 8.0])) == []
    assert told_of(state(scale=[0.0, 0.0], weight=[9.0, 8.0])) == [("state scale", "0", "1")]
    assert told_of(state(gamma=[1.0, 1.0], weight=[9.0])) == [
        ("state scale", "nothing", "(2,)"),
        ("state weight", "(1,)", "(2,)"),
        ("state gamma", "(2,)", "nothing"),
    ]
    assert told(sight(state(gamma=[1.0]), wanted, exercise=exercise(form=Form.MODULE))) == []


# Side effects and rules


@pytest.mark.parametrize(
    ("claims", "effect"),
    [
        (Claims(modified=("x",)), "modified"),
        (Claims(state_changed=("default dtype",)), "state changed"),
        (Claims(repeatable=False), "not repeatable"),
    ],
)
def test_side_effects_are_told_unless_the_reference_has_them(claims: Claims, effect: str) -> None:
    got = Observation(values=ONE.values, claims=claims)
    (difference,) = told(sight(got, ONE))
    assert (difference.aspect, difference.got) == (Aspect.SIDE_EFFECT, effect)
    assert aspects(got, got) == []


def test_rules_are_part_of_the_differences() -> None:
    used = exercise(forbid=("torch.mean",))
    facts = Facts(
        definitions=(Definition(name="answer", cell=0, line=1, end_line=2),),
        uses=(Use(name="torch.mean", cell=0, line=2, inside="answer"),),
    )
    assert aspects(ONE, ONE, exercise=used, facts=facts) == [Aspect.RULE]


# Predicates and printed text

NAMED = Mapping(type="dict", items=(("loss", tensor([1.0])), ("reason", Text(text="because"))))
OTHER = Mapping(type="dict", items=(("loss", tensor([1.0])), ("reason", Text(text="why not"))))
SCENARIO = Case(name="typical", scenario="play", checks=(("reason", "is_a_reason"),))


def test_a_predicate_stands_in_for_the_comparison() -> None:
    expected, got = Observation(values=(NAMED,)), Observation(values=(OTHER,))
    assert aspects(got, expected, case=SCENARIO, complaints=(("reason", ""),)) == []
    (difference,) = told(sight(got, expected, case=SCENARIO, complaints=(("reason", "too short"),)))
    assert (difference.slot, difference.aspect, difference.got) == ("reason", Aspect.PREDICATE, "too short")
    assert aspects(got, expected, case=Case(name="typical", scenario="play")) == [Aspect.VALUE]


def test_output_names_a_slot_too() -> None:
    case = Case(name="typical", scenario="play", checks=(("output.reason", "p"),))
    assert aspects(Observation(values=(OTHER,)), Observation(values=(NAMED,)), case=case) == []
    whole = Case(name="typical", checks=(("output", "p"),))
    assert aspects(TWO, ONE, case=whole) == []


def printed(text: str, value: float = 0.313262) -> list[Difference]:
    slots = Observation(values=(Mapping(type="dict", items=(("a", tensor(value, "float64")),)),), printed=text)
    script = exercise(form=Form.SCRIPT, outputs=("a",), prints=True)
    return told(sight(slots, Observation(values=slots.values), exercise=script))


def test_only_what_the_reference_prints_must_be_printed() -> None:
    items = (("a", tensor(0.25, "float64")), ("b", tensor(0.75, "float64")))
    values = (Mapping(type="dict", items=items),)
    script = exercise(form=Form.SCRIPT, outputs=("a", "b"), prints=True)
    wanted = Observation(values=values, printed="tensor(0.2500)")
    assert told(sight(Observation(values=values, printed="0.2500"), wanted, exercise=script)) == []
    (difference,) = told(sight(Observation(values=values, printed="0.7500"), wanted, exercise=script))
    assert difference.expected == "0.25"


@pytest.mark.parametrize(("text", "differing"), [("0.2500", 2), ("0.2500 0.2500", 0), ("0.2500 0.25000 0.3", 0)])
def test_two_equal_numbers_must_be_printed_twice(text: str, differing: int) -> None:
    items = (("a", tensor(0.25, "float64")), ("b", tensor(0.25, "float64")))
    values = (Mapping(type="dict", items=items),)
    script = exercise(form=Form.SCRIPT, outputs=("a", "b"), prints=True)
    expected = Observation(values=values, printed="a 0.2500, b 0.2500")
    found = told(sight(Observation(values=values, printed=text), expected, exercise=script))
    assert [one.differing for one in found] == [differing] * bool(differing)


def test_a_predicate_answers_for_all_parts_of_its_slot() -> None:
    one, two = (
        Observation(values=(Mapping(type="dict", items=(("y", Mapping(type="dict", items=(("a", tensor([x])),))),)),))
        for x in (1.0, 2.0)
    )
    drawn = Case(name="drawn", scenario="s", checks=(("y", "fair"),))
    assert told(sight(one, two, case=drawn)) == []
    assert told(sight(one, two, case=Case(name="drawn", scenario="s"))) != []


@pytest.mark.parametrize("text", ["tensor(0.3133)", "manual: 0.313262", "3.1326e-01", "loss 0.31326", "a=1 b=.31326"])
def test_a_number_may_be_printed_in_any_form(text: str) -> None:
    assert printed(text) == []


@pytest.mark.parametrize("text", ["", "0.3134", "0.3", "-0.3133", "3.133", "0.31327", "manual"])
def test_another_number_or_too_few_digits_do_not_count(text: str) -> None:
    (difference,) = printed(text)
    assert (difference.aspect, difference.expected, difference.differing) == (Aspect.PRINTED, "0.313262", 1)


@pytest.mark.parametrize(
    "text",
    ["1e400", "-1e400", "0e999", "0.0000e300", "0.0000e9", "1e-99999", "1e" + "9" * 5000, "9" * 6000, "1.3133e-400"],
)
def test_a_number_out_of_all_bounds_does_not_count(text: str) -> None:
    (difference,) = printed(text)
    assert difference.aspect is Aspect.PRINTED


@pytest.mark.parametrize(
    ("text", "value"),
    [("inf", float("inf")), ("tensor(nan)", float("nan")), ("1500.0", 1500.0), ("-2.5000", -2.5), ("0.", 0.0)],
)
def test_other_numbers_are_read_too(text: str, value: float) -> None:
    assert printed(text, value) == []


def test_values_that_nobody_agrees_on_are_not_compared() -> None:
    case = Case(name="typical", values_agreed=False)
    assert aspects(TWO, ONE, case=case) == []
    assert aspects(Observation(values=TWO.values, claims=Claims(modified=("x",))), ONE, case=case) == [
        Aspect.SIDE_EFFECT
    ]


@pytest.mark.parametrize(
    "aspect", sorted(set(Aspect) - {Aspect.STRUCTURE, Aspect.DTYPE, Aspect.DEVICE, Aspect.REQUIRES_GRAD, Aspect.COST})
)
def test_every_aspect_arises_from_one_difference(aspect: Aspect) -> None:
    """The rest arise in `compare` alone, and are tested there."""
    ways = {
        Aspect.EXCEPTION: aspects(Observation(raised=ERROR), ONE),
        Aspect.TYPE: aspects(Observation(values=(Nothing(),)), ONE),
        Aspect.SHAPE: aspects(Observation(values=(tensor([1.0, 2.0]),)), ONE),
        Aspect.VALUE: aspects(TWO, ONE),
        Aspect.GRADIENT: aspects(gradients([2.0]), gradients([1.0])),
        Aspect.BUFFER: aspects(Observation(), Observation(buffers=(("b", array([1.0])),), buffers_moved=("b",))),
        Aspect.PRINTED: [printed("nothing")[0].aspect],
        Aspect.PREDICATE: aspects(ONE, ONE, complaints=(("output", "no"),)),
        Aspect.RULE: aspects(ONE, ONE, exercise=exercise(require=("loop",))),
        Aspect.SIDE_EFFECT: aspects(Observation(values=ONE.values, claims=Claims(repeatable=False)), ONE),
    }
    assert ways[aspect] == [aspect]


@pytest.mark.parametrize("node", get_args(Node))
def test_every_kind_of_node_is_shown(node: type) -> None:
    made = {"Tensor": tensor([2.0]), "Sequence": NAMED, "Mapping": OTHER}.get(node.__name__)
    values = (made,) if made else (Text(text="x"),)
    got = Observation(values=values)
    failed = sight(got, ONE, differences=judge.differences(sight(got, ONE)))
    assert judge.verdict(failed, 1.0, Evidence()).got


# What a student has begun


def definition(**fields: object) -> Facts:
    return Facts(definitions=(Definition(**({"name": "answer", "cell": 0, "line": 1, "end_line": 2} | fields)),))


@pytest.mark.parametrize(
    ("facts", "begun"),
    [
        (Facts(), False),
        (definition(), True),
        (definition(untouched=True), False),
        (definition(unfinished=True), False),
        (definition(name="other"), False),
        (Facts(broken=((0, ERROR),)), True),
        (Facts(definitions=definition(name="other").definitions, broken=((0, ERROR),)), False),
        (
            Facts(
                definitions=definition(name="other").definitions,
                broken=((0, Raised(type="SyntaxError", message="in answer")),),
            ),
            True,
        ),
    ],
)
def test_what_counts_as_begun(facts: Facts, begun: bool) -> None:
    assert judge.attempted(exercise(), facts) is begun


def test_the_last_definition_counts() -> None:
    both = definition().definitions + definition(untouched=True, line=9).definitions
    assert not judge.attempted(exercise(), Facts(definitions=both))
    assert judge.definition_of(exercise(), Facts(definitions=both)).line == 9


def test_a_script_is_begun_when_its_outputs_are_assigned() -> None:
    script = exercise(form=Form.SCRIPT, outputs=("a", "b"))
    assert not judge.attempted(script, Facts())
    assert judge.attempted(script, definition(name="b"))
    assert not judge.attempted(script, definition(untouched=True))
    assert judge.definition_of(script, definition(name="b")).name == "b"
    assert judge.definition_of(script, Facts()) is None


def test_a_summary_names_sizes_and_settings() -> None:
    asked = exercise(
        params=(param("x", axes=("batch", "3")), param("k", Kind.SCALAR, axes=(), default=1, required=False))
    )
    case = Case(name="c", sizes=(("batch", 4),), args=(("k", 2),), dtype="float64", layout="strided")
    assert shown.summary(asked, case) == "batch=4, k=2, float64, strided"
    assert shown.summary(asked, SCENARIO) == ""


def test_inputs_are_shown_with_their_axes() -> None:
    x, k = Argument(name="x", array=array([1.0, 2.0])), Argument(name="k", scalar=0.5)
    call = Call(id="c", entry="answer", form=Form.FUNCTION, arguments=((x, k),))
    seen = sight(TWO, ONE)
    judged = Sight(
        seen.exercise,
        seen.case,
        call,
        seen.expectation,
        seen.execution,
        seen.facts,
        differences=judge.differences(seen),
    )
    entries = judge.verdict(judged, 1.0, Evidence()).inputs
    assert [(each.name, each.axes, each.text) for each in entries] == [("x", ("batch",), ""), ("k", (), "0.5")]
    assert isinstance(tensor([1.0]), Tensor)


def sized(name: str, claims: Claims, reference: Claims, asked: Exercise) -> Sight:
    one = sight(ONE, ONE, exercise=asked, case=Case(name=name))
    expectation = msgspec.structs.replace(one.expectation, actual=msgspec.structs.replace(ONE, claims=reference))
    execution = msgspec.structs.replace(one.execution, observation=msgspec.structs.replace(ONE, claims=claims))
    return dataclasses.replace(one, expectation=expectation, execution=execution)


@pytest.mark.parametrize(
    ("bound", "small", "large", "found"),
    [
        (
            {"vectorised": True},
            Claims(operators=(("aten.add", 4),)),
            Claims(operators=(("aten.add", 32),)),
            "operators",
        ),
        ({"max_memory": 2.0}, Claims(), Claims(peak_bytes=250), "bytes"),
        ({"max_flops": 2.0}, Claims(), Claims(flops=250), "flops"),
        ({"vectorised": True}, Claims(operators=(("aten.add", 4),)), Claims(operators=(("aten.add", 4),)), None),
        ({"max_memory": 3.0}, Claims(), Claims(peak_bytes=250), None),
    ],
)
def test_costs_are_told_beside_the_reference(
    bound: dict[str, object], small: Claims, large: Claims, found: str | None
) -> None:
    reference = Claims(operators=(("aten.add", 4),), peak_bytes=100, flops=100)
    asked = exercise(**bound)
    seen = [sized("a small batch", small, reference, asked), sized("a large batch", large, reference, asked)]
    told = [each.slot for differences in judge.costs(seen).values() for each in differences]
    assert told == ([found] if found else [])


@pytest.mark.parametrize(
    ("field", "message", "case", "expected"),
    [
        (
            "raised",
            "\"cdist\" not implemented for 'BFloat16'",
            Case(name="c", companion=True, dtype="bfloat16"),
            Outcome.PASSED,
        ),
        (
            "backward",
            "\"cdist\" not implemented for 'BFloat16'",
            Case(name="c", companion=True, dtype="bfloat16"),
            Outcome.PASSED,
        ),
        ("raised", "expected scalar type BFloat16", Case(name="c", companion=True, dtype="bfloat16"), Outcome.RAISED),
        ("raised", "\"cdist\" not implemented for 'BFloat16'", Case(name="c", dtype="bfloat16"), Outcome.RAISED),
        ("raised", "\"cdist\" not implemented for 'BFloat16'", Case(name="c", companion=True), Outcome.RAISED),
    ],
)
def test_an_operation_that_torch_lacks_in_half_precision_costs_no_companion(
    field: str, message: str, case: Case, expected: Outcome
) -> None:
    raised = Raised(type="NotImplementedError", message=message)
    assert outcome(Observation(**{field: raised}), case=case) is expected


def test_a_rule_is_broken_also_where_an_operation_is_lacking() -> None:
    raised = Raised(type="NotImplementedError", message="\"cdist\" not implemented for 'BFloat16'")
    case = Case(name="c", companion=True, dtype="bfloat16")
    mentions = (("torch.cdist", "torch.cdist", "line 3"),)
    ruled = exercise(forbid=("torch.cdist",))
    found = judge.differences(sight(Observation(raised=raised), ONE, case=case, exercise=ruled, mentions=mentions))
    assert [difference.aspect for difference in found] == [Aspect.RULE]
