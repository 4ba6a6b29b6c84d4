"""One mistake is one group, and two are two."""

import pytest

from grader.model import VAGUE, Aspect, Difference, Evidence, Finding, Frame, Outcome, Raised, Result, Verdict
from grader.report.alike import groups


def case(name: str, outcome: Outcome = Outcome.WRONG, **evidence: object) -> Verdict:
    return Verdict(case=name, outcome=outcome, points=0, max_points=1, evidence=Evidence(**evidence))  # type: ignore[arg-type]


def grouped(*cases: Verdict, lead: Finding | None = None) -> list[list[str]]:
    result = Result(exercise="x", title="x", outcome=Outcome.WRONG, points=0, max_points=1, verdicts=cases, lead=lead)
    return [[group.first.case, *(other.case for other in group.others)] for group in groups(result)]


def error(kind: str = "KeyError", message: str = "", line: int = 3) -> Raised:
    return Raised(type=kind, message=message, frames=(Frame(cell=1, line=line, function="f"),))


def value(slot: str = "output", **more: object) -> Difference:
    return Difference(slot=slot, aspect=Aspect.VALUE, **({"got_value": 1.0} | more))  # type: ignore[arg-type]


def test_what_passed_is_in_no_group() -> None:
    assert grouped(case("a", Outcome.PASSED)) == []
    assert grouped() == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (error(), error(), True),
        (error(), error("ValueError"), False),
        (error(), error(line=4), False),
        (error(message="'a'"), error(message="'b'"), False),
        (error(message="shapes (4x7 and 8x5)"), error(message="shapes (16x7 and 8x5)"), True),
        (Raised(type="KeyError"), Raised(type="KeyError"), True),
        (Raised(type="KeyError"), error(), False),
    ],
)
def test_exceptions(one: Raised, other: Raised, same: bool) -> None:
    told = grouped(case("a", Outcome.RAISED, raised=one), case("b", Outcome.RAISED, raised=other))
    assert told == ([["a", "b"]] if same else [["a"], ["b"]])


def test_an_exception_that_should_be_another_is_told_apart() -> None:
    wanted = Difference(slot="output", aspect=Aspect.EXCEPTION, got="KeyError", expected="ValueError")
    assert grouped(
        case("a", Outcome.RAISED, raised=error()), case("b", Outcome.RAISED, raised=error(), differences=(wanted,))
    ) == [["a"], ["b"]]


def test_rules() -> None:
    lead, other = Finding(rule="lead", rank=1), Finding(rule="other", rank=0)
    again = Finding(rule="lead", rank=1, facts=(("x", 2),))
    assert grouped(
        case("other alone", findings=(other,)),
        case("lead", findings=(lead,), differences=(value(),)),
        case("nothing", differences=(value(),)),
        case("lead and other", findings=(other, again), differences=(value("mean"),)),
        lead=lead,
    ) == [["lead", "lead and other"], ["other alone"], ["nothing"]]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ((value(),), (value(got_value=2.0),), True),
        ((value(),), (value("mean"),), False),
        ((value(), value("mean")), (value("mean"), value()), True),
        ((value(),), (value(got_value="nan"),), False),
        ((value(),), (value(), value(call=1)), True),
        ((value(),), (value(call=1),), False),
    ],
)
def test_differences(one: tuple[Difference, ...], other: tuple[Difference, ...], same: bool) -> None:
    told = grouped(case("a", differences=one), case("b", differences=other))
    assert told == ([["a", "b"]] if same else [["a"], ["b"]])


def test_outcomes() -> None:
    assert grouped(
        case("a", Outcome.TIMED_OUT), case("b", Outcome.CRASHED), case("c", Outcome.TIMED_OUT),
        case("d", Outcome.UNGRADED, raised=error()), case("e", Outcome.UNGRADED),
    ) == [["a", "c"], ["b"], ["d", "e"]]  # fmt: skip


def test_cases_that_only_differ_stand_beside_a_lead_that_says_why() -> None:
    lead, vague = Finding(rule="value.sign", rank=12), Finding(rule="value.differs", rank=VAGUE)
    cases = (
        case("a", findings=(lead,)),
        case("b", findings=(vague,)),
        case("c", findings=(vague, lead)),
        case("d", findings=(vague,)),
    )
    result = Result(exercise="x", title="x", outcome=Outcome.WRONG, points=0, max_points=1, verdicts=cases, lead=lead)
    (group,) = groups(result)
    assert [one.case for one in group.others] == ["c"]
    assert [one.case for one in group.besides] == ["b", "d"]


def test_a_vague_lead_folds_nothing_and_an_exception_is_never_vague() -> None:
    vague, other = Finding(rule="value.differs", rank=VAGUE), Finding(rule="gradient.differs", rank=VAGUE)
    assert grouped(case("a", findings=(vague,)), case("b", findings=(other,)), lead=vague) == [["a"], ["b"]]
    lead = Finding(rule="value.sign", rank=12)
    cases = (case("a", findings=(lead,)), case("b", Outcome.RAISED, findings=(vague,), raised=error()), case("c"))
    assert grouped(*cases, lead=lead) == [["a"], ["b"], ["c"]]


@pytest.mark.parametrize("rule", ["rule.forbidden", "run.signature"])
def test_one_cure_is_one_group_whatever_was_raised(rule: str) -> None:
    found = (Finding(rule=rule, rank=1),)
    assert grouped(
        case("a", Outcome.RAISED, findings=found, raised=error(message="'x'")),
        case("b", Outcome.RAISED, findings=found, raised=error(message="'y'")),
        case("c", Outcome.REFUSED, findings=found),
    ) == [["a", "b", "c"]]
