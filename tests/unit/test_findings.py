"""Findings besides the examples: order, totality, words, families, and rules that need evidence made by hand."""

from __future__ import annotations

import string
import time
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from grader import findings
from grader.arrays import from_numpy
from grader.findings import docs
from grader.findings.families import FAMILIES, FAULTS
from grader.findings.ratio import Factor, Measured, name_of
from grader.findings.value_factor import expression
from grader.model import (
    Argument,
    Aspect,
    Call,
    Case,
    Claims,
    Difference,
    Form,
    Gradient,
    Kind,
    Mapping,
    Node,
    Nothing,
    Number,
    Observation,
    Opaque,
    Raised,
    Sequence,
    Status,
    Tensor,
    Text,
)
from grader.sight import Sight
from tests.builders import exercise, param, sight, tensor
from tests.unit.findings_kit import lead, sights_of, told

NumpyArray = NDArray[np.float64]
ROOT = Path(__file__).parents[2]
MEAN = """\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    return {0}
"""


def first(wrong: str) -> str | None:
    found, _ = told(MEAN.format(wrong), "wrong")
    return found.rule if found else None


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ("(pred - target).square().sum(dim=1).mean()", "value.wrong-count"),
        ("(pred - target).square().sum() / (pred.numel() - 0.5)", "value.differs"),
        ("-3 * (pred - target).square().mean()", "value.factor"),
        ("(pred - target).square().sum() / pred.shape[0] ** 2", "value.wrong-count"),
        ("(pred - target).square().sum() / 30", "value.wrong-count"),
        ("torch.nn.functional.mse_loss(pred.T, target.T)", None),
        ("(pred - target)[1:].square().mean() if len(pred) > 1 else (pred - target).square().mean()",
         "value.rows-left-out"),
        ("(pred - target).square().mean() * (1 + 1e-4)", "value.epsilon"),
        ("(pred - target).square().mean() * (1 + 1 / 9999)", "value.lost-digits"),
        ("(pred - target).square().mean().detach().requires_grad_()", "gradient.missing"),
        ("(pred.detach() - target).square().mean()", "gradient.detached"),
        ("(target - pred).square().mean().to(torch.float16).to(pred.dtype)", "value.lost-digits"),
    ],
)  # fmt: skip
def test_a_slip_is_named(wrong: str, rule: str | None) -> None:
    assert first(wrong) == rule


def test_a_coarse_dtype_alone_is_told_as_such() -> None:
    wrong = "sum((row.sum() for row in (pred - target).square()), torch.zeros((), dtype=pred.dtype)) / pred.numel()"
    code = MEAN.format(f"{wrong} + (0.5 if pred.dtype == torch.bfloat16 else 0.0)")
    found, _ = told(code, "wrong")
    assert found is not None
    assert found.rule == "value.low-precision"


def test_one_case_alone_still_gets_a_finding() -> None:
    sights, _ = sights_of(MEAN.format("(pred - target).square().sum()"), "wrong")
    assert findings.find(sights[0])
    assert findings.find(sights[0], sights)[0].rule == "value.sum-for-mean"


def test_findings_of_a_case_are_the_same_alone_and_together() -> None:
    sights, known = sights_of(MEAN.format("-(pred - target).square().mean()"), "wrong")
    together = findings.find_each(sights, known)
    assert [findings.find(one, sights, known) for one in sights] == list(together)


def test_findings_are_ordered_unique_and_few() -> None:
    sights, known = sights_of(MEAN.format("torch.tensor([float('nan')])"), "wrong")
    for found in findings.find_each(sights, known):
        assert [one.rank for one in found] == sorted(one.rank for one in found)
        assert len({one.rule for one in found}) == len(found) <= 5


def test_every_failing_case_has_a_finding() -> None:
    for wrong in ("pred", "None", "pred.sum() * 0.123 + target.prod()", "'text'", "{'a': pred}", "object()", "1 / 0"):
        sights, known = sights_of(MEAN.format(wrong), "wrong")
        found = findings.find_each(sights, known)
        assert all(bool(each) == bool(one.differences) for one, each in zip(sights, found, strict=True))


@pytest.mark.parametrize(
    ("status", "rule"),
    [
        (Status.TIMED_OUT, "run.timed-out"),
        (Status.OUT_OF_MEMORY, "run.out-of-memory"),
        (Status.CRASHED, "run.crashed"),
    ],
)
def test_a_call_that_did_not_come_back(status: Status, rule: str) -> None:
    assert [one.rule for one in findings.find(sight(None, status=status))] == [rule]


@pytest.mark.parametrize("aspect", list(Aspect))
def test_no_aspect_is_left_without_words(aspect: Aspect) -> None:
    different = Difference(slot="output", aspect=aspect, got="a", expected="b")
    raised = Raised(type="a") if aspect is Aspect.EXCEPTION else None
    assert findings.find(sight(Observation(raised=raised), differences=(different,)))


@pytest.mark.parametrize(
    ("aspect", "rule"),
    [
        (Aspect.PRINTED, "value.printed"),
        (Aspect.PREDICATE, "value.check"),
        (Aspect.DEVICE, "structure.device"),
        (Aspect.BUFFER, "value.differs"),
        (Aspect.VALUE, "value.differs"),
        (Aspect.GRADIENT, "gradient.differs"),
        (Aspect.COST, "cost.too-much-work"),
    ],
)
def test_a_difference_of_any_aspect_has_a_finding(aspect: Aspect, rule: str) -> None:
    different = Difference(slot="output", aspect=aspect, got="a", expected="b")
    assert [one.rule for one in findings.find(sight(Observation(), differences=(different,)))] == [rule]


def test_a_script_that_assigns_nothing() -> None:
    error = Raised(type="Incomplete", message="no cell assigns manual")
    different = Difference(slot="output", aspect=Aspect.EXCEPTION, got="Incomplete", expected="no exception")
    found = findings.find(sight(Observation(raised=error), differences=(different,)))
    assert found[0].rule == "run.not-assigned"


def test_exceptions_name_axes_by_their_sizes() -> None:
    error = Raised(type="RuntimeError", message="The size of tensor a (5) must match the size of tensor b (6) at ...")
    different = Difference(slot="output", aspect=Aspect.EXCEPTION, got="RuntimeError", expected="no exception")
    made = exercise(params=(param("x", axes=("batch", "classes")),))
    found = findings.find(sight(Observation(raised=error), differences=(different,), exercise=made))
    assert dict(found[0].facts)["axes"] == " (5 is the size of classes, 6 is the size of batch)"


class TestFactors:
    def test_the_simplest_name_wins(self) -> None:
        found = [measured(12.0, batch=4, features=3), measured(30.0, batch=6, features=5)]
        assert name_of(found, strong=True) == Factor(1.0, (("size batch", 1), ("size features", 1)))

    def test_one_number_everywhere_is_a_constant(self) -> None:
        found = [measured(0.25, batch=4), measured(0.25, batch=6)]
        assert name_of(found, strong=True) == Factor(pytest.approx(0.25), ())

    def test_no_name_for_what_varies_without_reason(self) -> None:
        assert name_of([measured(1.3, batch=4), measured(1.9, batch=6), measured(0.4, batch=9)], strong=True) is None

    def test_a_number_that_stands_for_a_size(self) -> None:
        found = [measured(4 / 16, batch=4), measured(8 / 16, batch=8), measured(6 / 16, batch=6)]
        assert expression(name_of(found, strong=True) or Factor(1, ())) == "`batch` / 16"

    @pytest.mark.parametrize(
        ("factor", "words"),
        [
            (Factor(1.0, (("size batch", 1),)), "`batch`"),
            (Factor(1.0, (("size classes", -1),)), "1 / `classes`"),
            (Factor(1.0, (("argument T", -2),)), "1 / `T`²"),
            (Factor(-2.0, (("argument T", 2), ("size batch", -1))), "-2 · `T`² / `batch`"),
            (Factor(0.5, ()), "1 / 2"),
            (Factor(3.0, ()), "3"),
            (Factor(1.0, (("size n less one", -1), ("size n", 1))), "`n` / (`n` - 1)"),
        ],
    )
    def test_a_factor_reads_as_a_formula(self, factor: Factor, words: str) -> None:
        assert expression(factor) == words


def measured(ratio: float, **sizes: float) -> Measured:
    return Measured(ratio, 1e-5, 1, {f"size {name}": float(size) for name, size in sizes.items()})


class TestWords:
    def test_ids_are_unique_and_grouped(self) -> None:
        names = findings.ids()
        assert len(set(names)) == len(names)
        assert {name.partition(".")[0] for name in names} == set(docs.GROUPS)

    def test_every_rule_has_all_its_words(self) -> None:
        for rule in findings.all_rules():
            text = rule.text
            assert all((text.title, text.message, text.why, text.mend)), text.id
            assert not text.title[0].islower(), text.id
            assert not text.title.endswith("."), text.id
            for part in (text.message, text.mend):
                list(string.Formatter().parse(part))

    def test_texts_are_found_by_id(self) -> None:
        assert [text.id for text in findings.texts({"value.sign", "no.such"})] == ["value.sign"]
        assert findings.texts(set()) == ()

    def test_the_page_is_up_to_date(self) -> None:
        page = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
        assert page == docs.page(), "run: python -m grader.findings.docs"

    def test_every_rule_has_a_family(self) -> None:
        assert set(FAMILIES) == set(findings.ids())
        assert all(FAMILIES.values())
        assert "sum-for-mean" in FAULTS


SHAPES = arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
FLOATS = arrays.arrays(np.float64, SHAPES, elements=st.floats(width=64) | st.sampled_from([0.0, 1.0, -1.0, 1e300]))
DTYPES = st.sampled_from(["float32", "float64", "bfloat16", "int64", "bool"])


@st.composite
def a_tensor(draw: st.DrawFn) -> Tensor:
    values, dtype = draw(FLOATS), draw(DTYPES)
    with np.errstate(all="ignore"):
        held = np.nan_to_num(values) if dtype in {"int64", "bool"} else values
        held = np.clip(held, -1e9, 1e9) if dtype == "int64" else held
        return Tensor(array=from_numpy(held, dtype), requires_grad=draw(st.booleans()))


NODES: st.SearchStrategy[Node] = st.recursive(
    a_tensor()
    | st.just(Nothing())
    | st.builds(Text, text=st.text(max_size=5))
    | st.builds(Opaque, type=st.just("object"))
    | st.builds(
        Number, type=st.sampled_from(["float", "int", "bool"]), text=st.sampled_from(["1", "nan", "x", "1e999"])
    ),
    lambda inner: (
        st.builds(Sequence, type=st.sampled_from(["list", "tuple"]), items=st.lists(inner, max_size=3).map(tuple))
        | st.builds(
            Mapping,
            type=st.just("dict"),
            items=st.dictionaries(st.sampled_from("ab"), inner, max_size=2).map(lambda one: tuple(one.items())),
        )
    ),
    max_leaves=4,
)
GRADIENTS = st.lists(
    st.builds(Gradient, slot=st.sampled_from(["x", "y"]), array=a_tensor().map(lambda t: t.array)), max_size=2
)
OBSERVATIONS = st.builds(
    Observation,
    values=st.lists(NODES, max_size=2).map(tuple),
    gradients=st.lists(GRADIENTS.map(tuple), max_size=2).map(tuple),
    raised=st.none() | st.builds(Raised, type=st.sampled_from(["RuntimeError", "X"]), message=st.text(max_size=40)),
    claims=st.builds(Claims, operators=st.sampled_from([(), (("aten.log", 1), ("aten.exp", 2))])),
)
DIFFERENCES = st.builds(
    Difference,
    slot=st.sampled_from(["output", "gradient of x", "line x", "printed", ""]),
    aspect=st.sampled_from(list(Aspect)),
    got=st.sampled_from(["", "None", "(3, 4)", "list of 2", "float nan", "loop", "modified", "((", "not repeatable"]),
    expected=st.sampled_from(["", "None", "()", "tuple of 2", "True", "False", "(4, 3)"]),
)


@st.composite
def hostile_sights(draw: st.DrawFn) -> tuple[Sight, ...]:
    made = exercise(
        params=(
            param("x", axes=("batch", "classes")),
            param("y", Kind.INT, low=0, high="classes", mix="scale"),
            param("scale", Kind.SCALAR, axes=(), default=1.0, required=False),
        ),
        form=draw(st.sampled_from([Form.FUNCTION, Form.SCRIPT, Form.MODULE])),
        detached=("y",),
    )
    sights = []
    for index in range(draw(st.integers(1, 3))):
        case = Case(
            name=f"case {index}",
            args=draw(st.sampled_from([(), (("scale", 2.0),), (("scale", "text"),)])),
            scenario=draw(st.sampled_from([None, None, "scenario"])),
            dtype=draw(st.sampled_from(["float32", "bfloat16"])),
        )
        expected, got = draw(OBSERVATIONS), draw(st.none() | OBSERVATIONS)
        one = sight(
            got, expected, oracle=draw(st.just(expected) | OBSERVATIONS), spread=draw(OBSERVATIONS),
            exercise=made, case=case, differences=tuple(draw(st.lists(DIFFERENCES, max_size=3))),
        )  # fmt: skip
        inputs = Argument(name="x", array=draw(a_tensor()).array), Argument(name="y", array=draw(a_tensor()).array)
        call = Call(id="answer", entry="answer", form=made.form, arguments=(inputs,))
        sights.append(replace(one, call=call))
    return tuple(sights)


@given(hostile_sights())
def test_finding_never_raises_and_always_says_something(sights: tuple[Sight, ...]) -> None:
    words = {text.id: text for text in findings.texts(set(findings.ids()))}
    for one, found in zip(sights, findings.find_each(sights), strict=True):
        assert found or not one.differences
        for finding in found:
            known = dict(finding.facts)
            assert msgspec.json.encode(finding)
            assert {name for _, name, _, _ in string.Formatter().parse(words[finding.rule].message) if name} <= set(
                known
            )


def test_a_failing_exercise_of_twenty_cases_takes_milliseconds() -> None:
    sights, known = sights_of(MEAN.format("(pred - target).abs().pow(1.5).mean() + pred.mean()"), "wrong")
    began = time.process_time()
    for _ in range(5):
        findings.find_each(sights, known)
    assert (time.process_time() - began) / (5 * len(sights)) < 0.02  # ten times what it takes


def test_a_lead_is_the_most_fundamental() -> None:
    sights, known = sights_of(MEAN.format("[(pred - target).square().mean()]"), "wrong")
    found = lead(findings.find_each(sights, known))
    assert found is not None
    assert found.rule == "structure.type"


def test_an_execution_that_is_broken_is_no_finding_of_the_students() -> None:
    assert findings.find(sight(None, status=Status.BROKEN)) == ()


def test_a_softmax_that_the_reference_has_too_is_not_called_unwanted() -> None:
    code = """\
def right(logits, targets):
    unit = logits / logits.norm(dim=0, keepdim=True)
    return -torch.log_softmax(unit, dim=0).diagonal().mean()

def wrong(logits, targets):
    return -torch.log_softmax(logits, dim=0).diagonal().mean()
"""
    found, cases = told(code, "wrong")
    assert found is not None
    assert "value.unwanted-softmax" not in {each.rule for case in cases for each in case}


def a_flag(got: float, want: float) -> Sight:
    """Return a scenario in which a yes or no was observed."""
    seen, wanted, still = (
        Observation(values=(Mapping(type="dict", items=(("varied", tensor(one)),)),)) for one in (got, want, 0.0)
    )
    case = Case(name="how it starts", scenario="start", why="the weights are not all the same")
    wrong = Difference(slot="varied", aspect=Aspect.VALUE, got_value=got, expected_value=want, error=1.0, total=1)
    return sight(seen, wanted, spread=still, case=case, differences=(wrong,))


def an_array(got: NumpyArray, want: NumpyArray) -> Sight:
    """Return a case in which an array came back."""
    seen, wanted, still = (Observation(values=(tensor(one, "float64"),)) for one in (got, want, 0 * want))
    return sight(seen, wanted, spread=still, differences=(Difference(slot="output", aspect=Aspect.VALUE, error=1.0),))


def test_a_yes_that_is_a_no_is_told_in_the_words_of_its_case() -> None:
    found, *_ = findings.find(a_flag(0.0, 1.0))
    assert found.rule == "value.condition"
    assert dict(found.facts) == {"name": "varied", "got": "0", "want": "1", "why": "the weights are not all the same"}
    assert "value.condition" not in {each.rule for each in findings.find(a_flag(0.5, 1.0))}


def test_a_factor_without_a_meaning_is_not_told_of_one_case_alone() -> None:
    numbers = np.array([1.0, 2.0, -3.0, 5.0])
    for factor, is_told in ((2.0, True), (0.25, True), (23.83, False)):
        found = findings.find(an_array(factor * numbers, numbers))
        assert ("value.factor" in {each.rule for each in found}) is is_told


def test_what_is_off_by_hardly_more_than_rounding_is_not_called_another_order() -> None:
    numbers = np.array([1.0, 2.0, -3.0, 5.0])
    turned, rounded = (findings.find(an_array(got, numbers)) for got in (numbers[::-1].copy(), numbers * (1 + 1e-14)))
    assert "value.permuted" in {each.rule for each in turned}
    assert "value.permuted" not in {each.rule for each in rounded}
