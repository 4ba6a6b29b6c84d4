"""Every aspect and every outcome as a sentence."""

import pytest

from grader.model import (
    Aspect,
    CellNote,
    Difference,
    Evidence,
    Excerpt,
    Finding,
    Frame,
    Outcome,
    Raised,
    Result,
    Status,
    Verdict,
)
from grader.report import sentences


def value(**more: object) -> Difference:
    given = {"slot": "output", "aspect": Aspect.VALUE, "got_value": 0.45751, "expected_value": 0.10921, "index": (0, 2)}
    return Difference(**(given | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (value(differing=28, total=28), "output[0, 2] is 0.4575, expected 0.1092; 28 of 28 elements differ"),
        (value(differing=1, total=3), "output[0, 2] is 0.4575, expected 0.1092; 1 of 3 elements differs"),
        (value(index=(), total=1), "output is 0.4575, expected 0.1092"),
        (value(index=(), call=1), "output is 0.4575, expected 0.1092 (on the second set of inputs)"),
        (value(got_value="nan"), "output[0, 2] is nan, expected 0.1092"),
        (
            value(got_value=0.10922, error=1e-05, allowed=2e-07),
            "output[0, 2] is 0.10922, expected 0.10921; off by 1e-05, allowed 2e-07",
        ),
        (value(got_value=None, expected_value=None, got="'mse'", expected="'bce'"), "output is 'mse', expected 'bce'"),
        (
            value(aspect=Aspect.GRADIENT, slot="gradient of logits"),
            "the gradient at logits[0, 2] is 0.4575, expected 0.1092",
        ),
        (
            value(aspect=Aspect.BUFFER, slot="buffer running_mean"),
            "the buffer running_mean[0, 2] is 0.4575, expected 0.1092",
        ),
        (value(slot="gradient of logits"), "the gradient at logits[0, 2] is 0.4575, expected 0.1092"),
        (
            value(slot="gradient of x (second derivative)", aspect=Aspect.GRADIENT),
            "the second derivative at x[0, 2] is 0.4575, expected 0.1092",
        ),
        (value(aspect=Aspect.PRINTED), "it printed 0.4575, expected 0.1092"),
    ],
)
def test_numbers(found: Difference, told: str) -> None:
    assert sentences.difference(found) == told


@pytest.mark.parametrize(
    ("aspect", "got", "expected", "told"),
    [
        (Aspect.EXCEPTION, "no exception", "ValueError", "it raised nothing; it should raise ValueError"),
        (Aspect.EXCEPTION, "KeyError", "no exception", "it raised KeyError; it should return a result"),
        (Aspect.EXCEPTION, "KeyError", "ValueError", "it raised KeyError; it should raise ValueError"),
        (Aspect.STRUCTURE, "tuple of 2", "tuple of 3", "the output is a tuple of 2, expected a tuple of 3"),
        (Aspect.STRUCTURE, "", "tensor", "the output is missing; a tensor is expected"),
        (Aspect.STRUCTURE, "int 3", "", "the output is an int 3, and should not be there"),
        (Aspect.TYPE, "None", "float32 tensor ()", "the output is None, expected a float32 tensor ()"),
        (Aspect.TYPE, "'text'", "None", "the output is 'text', expected None"),
        (Aspect.SHAPE, "(4, 1)", "(4,)", "the output has shape (4, 1), expected (4,)"),
        (Aspect.DTYPE, "float64", "float32", "the output has dtype float64, expected float32"),
        (Aspect.DEVICE, "cuda:0", "cpu", "the output is on cuda:0, expected on cpu"),
        (Aspect.REQUIRES_GRAD, "False", "True", "the output does not require grad: it is cut off from the graph"),
        (Aspect.REQUIRES_GRAD, "True", "False", "the output requires grad, and should not"),
        (Aspect.GRADIENT, "None", "tensor", "no gradient reaches output"),
        (Aspect.GRADIENT, "tensor", "None", "a gradient reaches output, and none should"),
        (Aspect.GRADIENT, "(4, 1)", "(4,)", "the gradient at output has shape (4, 1), expected (4,)"),
        (Aspect.BUFFER, "nothing", "(4,)", "the buffer output is nothing, expected (4,)"),
        (Aspect.PRINTED, "0.5 1", "0.6931", "it printed 0.5 1; 0.6931 should be there"),
        (Aspect.PRINTED, "nothing", "0.6931", "it printed nothing; 0.6931 should be there"),
        (Aspect.PREDICATE, "", "", "the output does not meet the exercise's own check"),
        (Aspect.PREDICATE, "half of it should be 0", "", "the output: half of it should be 0"),
        (
            Aspect.RULE,
            "torch.softmax",
            "not torch.softmax",
            "your code uses torch.softmax, which this exercise does not allow",
        ),
        (Aspect.RULE, "", "loop", "your code does not use a Python loop, which this exercise asks for"),
        (Aspect.SIDE_EFFECT, "modified", "", "the call changed output in place; work on a copy"),
        (Aspect.SIDE_EFFECT, "state changed", "", "the call left output changed for all code that runs after it"),
        (Aspect.SIDE_EFFECT, "not repeatable", "", "called twice with the same inputs, it gave two different results"),
        (Aspect.SIDE_EFFECT, "shares memory", "", "the result shares memory with output"),
        (Aspect.COST, "1234", "12", "output cost 1,234; 12 are enough"),
        (Aspect.SIDE_EFFECT, "", "", "the call had a side effect on output: nothing"),
    ],
)
def test_attributes(aspect: Aspect, got: str, expected: str, told: str) -> None:
    assert told in sentences.difference(Difference(slot="output", aspect=aspect, got=got, expected=expected))


def test_slots_as_the_judge_names_them() -> None:
    def told(slot: str, aspect: Aspect, got: str = "", expected: str = "") -> str:
        return sentences.difference(Difference(slot=slot, aspect=aspect, got=got, expected=expected))

    assert told("gradient of logits", Aspect.GRADIENT, "None", "tensor") == "no gradient reaches logits"
    assert told("gradient", Aspect.GRADIENT, "RuntimeError", "tensor") == "the backward pass raised RuntimeError"
    assert (
        told("gradient of w (second derivative)", Aspect.GRADIENT, "None", "tensor") == "no second derivative reaches w"
    )
    assert told("gradient of w", Aspect.SHAPE, "(3,)", "(4,)") == "the gradient at w has shape (3,), expected (4,)"
    assert told("buffer mean", Aspect.SHAPE, "(3,)", "(4,)") == "the buffer mean has shape (3,), expected (4,)"
    assert told("loss", Aspect.TYPE, "int 3", "None") == "loss is an int 3, expected None"
    assert told("printed", Aspect.PREDICATE, "too short") == "what it printed: too short"
    assert told("buffer mean", Aspect.BUFFER, "(3,)", "(4,)") == "the buffer mean is (3,), expected (4,)"
    assert (
        told("line 7", Aspect.RULE, "loop")
        == "your code uses a Python loop (line 7), which this exercise does not allow"
    )
    assert told("", Aspect.TYPE, "int 3", "None") == "the result is an int 3, expected None"
    assert told("output[1]", Aspect.SHAPE, "(3,)", "(4,)") == "output[1] has shape (3,), expected (4,)"


def test_an_exception_is_told_once() -> None:
    twice = Difference(slot="output", aspect=Aspect.EXCEPTION, got="KeyError", expected="no exception")
    other = Difference(slot="output", aspect=Aspect.EXCEPTION, got="KeyError", expected="ValueError")
    backward = Difference(slot="gradient", aspect=Aspect.GRADIENT, got="KeyError", expected="tensor")
    error = Raised(type="KeyError")
    for found, told in (
        (twice, ("KeyError",)),
        (other, ("KeyError; it should raise ValueError",)),
        (backward, ("KeyError",)),
    ):
        evidence = Evidence(raised=error, differences=(found,))
        case = Verdict(case="x", outcome=Outcome.RAISED, points=0, max_points=1, evidence=evidence)
        assert sentences.account(case) == told
        assert not sentences.also(case)


def gradient(slot: str = "logits", **more: object) -> Difference:
    return value(slot=f"gradient of {slot}", aspect=Aspect.GRADIENT, **more)


@pytest.mark.parametrize(
    ("differences", "told"),
    [
        ((), ""),
        ((value(),), ""),
        ((value(), value(call=1)), ""),
        ((value(), gradient()), "the gradient differs too"),
        ((value(), gradient(), value(call=1), gradient(call=1)), "the gradient differs too"),
        ((value(), gradient("x"), gradient("w")), "the gradient differs too"),
        ((gradient("x"), gradient("w")), "the gradient at w differs too"),
        ((gradient("x"), gradient("w"), gradient("b")), "the gradient at w and the gradient at b differ too"),
        ((gradient(), gradient("logits (second derivative)")), "the second derivative at logits differs too"),
        ((value(), gradient(index=None, got="None")), "no gradient reaches logits"),
        ((value(), value(slot="mean", index=())), "mean is 0.4575, expected 0.1092"),
        ((value(), value(slot="mean"), gradient()), "and 2 more differences"),
    ],
)
def test_what_else_differs(differences: tuple[Difference, ...], told: str) -> None:
    case = Verdict(case="x", outcome=Outcome.WRONG, points=0, max_points=1, evidence=Evidence(differences=differences))
    assert sentences.also(case) == told


def test_after_an_exception_all_else_is_news() -> None:
    evidence = Evidence(raised=Raised(type="KeyError"), differences=(gradient(), gradient("w")))
    case = Verdict(case="x", outcome=Outcome.RAISED, points=0, max_points=1, evidence=evidence)
    assert sentences.also(case) == "the gradient at logits and the gradient at w differ too"
    ours = Verdict(case="x", outcome=Outcome.UNGRADED, points=0, max_points=1, evidence=evidence)
    assert not sentences.also(ours)


@pytest.mark.parametrize(
    ("sentence", "said", "left"),
    [
        ("output is 2, expected 2.254", "your result is 2, expected 2.254.", ""),
        ("output is 2, expected 2.254", "your result is 2; dim=2, and 2.254 is expected", "output is 2, expected 2.254"),
        ("x[0] is 1, expected 2; 3 of 9 elements differ", "the gradient is 1, expected 2", "3 of 9 elements differ"),
        ("it printed nothing; 1.5 should be there", "your code printed nothing; 1.5 should be there.", ""),
        ("it printed nothing; 1.5 should be there", "your code printed nothing; 7.5 should be there.", "1.5 should be there"),
        ("KeyError: 'x' (line 2, in f); it should raise ValueError", "your code raised KeyError (line 2) where ValueError"
         " is expected", "KeyError: 'x' (line 2, in f)"),
        ("no gradient reaches x", "You forgot a softmax.", "no gradient reaches x"),
        ("no gradient reaches x", "no gradient reaches `x`: line 3 cuts it off.", ""),
    ],
)  # fmt: skip
def test_what_a_message_has_said_is_no_news(sentence: str, said: str, left: str) -> None:
    assert sentences.news(sentence, said) == left


@pytest.mark.parametrize(
    ("slot", "told"),
    [
        ("operators", "it called 4,096 torch operations, and more of them for more data; 12 are enough"),
        ("bytes", "its results took 4,096 bytes in all; 12 are enough"),
        ("flops", "it took 4,096 floating-point operations; 12 are enough"),
    ],
)
def test_costs(slot: str, told: str) -> None:
    assert sentences.difference(Difference(slot=slot, aspect=Aspect.COST, got="4096", expected="12")) == told


def test_an_exception_whose_message_was_said_leaves_its_type_and_line() -> None:
    error = Raised(type="NameError", message="name 'x' is not defined")
    sentence = "NameError: name 'x' is not defined (cell 4, line 2, in f)"
    assert sentences.news(sentence, "name 'x' is not defined (line 2).", error) == "NameError (cell 4, line 2, in f)"
    assert sentences.news(sentence, "your code raised NameError.", error) == sentence
    assert sentences.news("KeyError (line 2)", "a message", Raised(type="KeyError")) == "KeyError (line 2)"


def test_every_aspect_has_a_sentence() -> None:
    for aspect in Aspect:
        assert sentences.difference(Difference(slot="output", aspect=aspect))


def test_raised_tells_the_students_own_line() -> None:
    error = Raised(
        type="ValueError",
        message="no\nway",
        frames=(Frame(cell=1, line=2, function="f"), Frame(cell=1, line=9, function="g")),
    )
    assert sentences.raised(error) == "ValueError: no way (line 9, in g)"
    near = Excerpt(where="cell 4", line=8, source="def g():\n    raise ValueError\n")
    assert sentences.raised(error, near) == "ValueError: no way (cell 4, line 9, in g)"
    far = Excerpt(where="cell 4", line=20, source="x = 1\n")
    assert sentences.raised(error, far) == "ValueError: no way (line 9, in g)"
    assert sentences.raised(Raised(type="KeyError")) == "KeyError"
    outside = Raised(type="KeyError", frames=(Frame(cell=1, line=9, function="<module>"),))
    assert sentences.raised(outside, near) == "KeyError (cell 4, line 9)"


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.PASSED])
def test_every_outcome_has_an_account(outcome: Outcome) -> None:
    bare = Verdict(case="x", outcome=outcome, points=0, max_points=1)
    assert len(sentences.account(bare)) == 1
    full = Evidence(raised=Raised(type="KeyError"), differences=(value(),))
    told = sentences.account(Verdict(case="x", outcome=outcome, points=0, max_points=1, evidence=full))
    if outcome is Outcome.UNGRADED:
        assert told == ("the grader failed here; this is not your fault and costs no points",)
    elif outcome in (Outcome.WRONG, Outcome.RAISED, Outcome.REFUSED):
        assert told == ("KeyError", "output[0, 2] is 0.4575, expected 0.1092")
    else:
        assert told[1:] == ("KeyError", "output[0, 2] is 0.4575, expected 0.1092")


def test_a_passed_case_has_nothing_to_account_for() -> None:
    assert sentences.account(Verdict(case="x", outcome=Outcome.PASSED, points=1, max_points=1)) == ()


def test_cells() -> None:
    error = Raised(type="NameError", message="name 'x' is not defined")
    assert (
        sentences.note(CellNote(where="cell 3", status=Status.RAISED, raised=error))
        == "NameError: name 'x' is not defined"
    )
    assert sentences.note(CellNote(where="cell 3", status=Status.TIMED_OUT)) == "it ran longer than it may"
    placed = Raised(type="NameError", frames=(Frame(cell=2, line=7, function="<module>"),))
    assert sentences.note(CellNote(where="cell 3", status=Status.RAISED, raised=placed, line=7)) == "NameError"
    assert sentences.note(CellNote(where="cell 3", status=Status.RAISED, raised=placed)) == "NameError (line 7)"
    inside = Raised(type="NameError", frames=(*placed.frames, Frame(cell=1, line=2, function="f")))
    assert (
        sentences.note(CellNote(where="cell 3", status=Status.RAISED, raised=inside, line=7))
        == "NameError (line 2, in f)"
    )
    crashed = CellNote(where="cell 3", status=Status.CRASHED, raised=error)
    assert sentences.note(crashed).startswith("it ended the Python process without an exception: NameError")
    assert sentences.place(CellNote(where="cell 3", status=Status.RAISED, line=2)) == "cell 3, line 2"
    assert sentences.place(CellNote(where="a.py", status=Status.RAISED)) == "a.py"


def test_the_lead_comes_first() -> None:
    lead, other = Finding(rule="b", rank=9), Finding(rule="a", rank=1)
    verdict = Verdict(
        case="x", outcome=Outcome.WRONG, points=0, max_points=1, evidence=Evidence(findings=(other, lead, lead))
    )
    assert sentences.findings(verdict, lead) == (lead, other)
    assert sentences.findings(verdict) == (other, lead)
    plain = Verdict(case="plain", outcome=Outcome.WRONG, points=0, max_points=1)
    result = Result(
        exercise="x", title="x", outcome=Outcome.WRONG, points=0, max_points=1, verdicts=(plain, verdict), lead=lead
    )
    assert [case.case for case in sentences.failing(result)] == ["x", "plain"]
