"""Which finding a student is told first."""

from __future__ import annotations

import pytest

from grader.findings.lead import is_only_a_place, is_unexplained, leading
from grader.model import Finding


def leads(**counts: int) -> list[Finding]:
    ranks = {"differs": 90, "capped": 25, "wrong_count": 12, "dtype": 4}
    return [Finding(rule=f"value.{name}", rank=ranks[name]) for name, count in counts.items() for _ in range(count)]


def rule(found: Finding | None) -> str:
    assert found is not None
    return found.rule


def test_the_most_fundamental_of_what_is_seen_often_leads() -> None:
    assert rule(leading(leads(capped=2, wrong_count=8))) == "value.wrong_count"
    assert rule(leading(leads(dtype=1, wrong_count=8))) == "value.wrong_count"
    assert leading([]) is None


def test_a_cause_that_is_recognised_in_few_cases_leads_before_the_plain_difference() -> None:
    assert rule(leading(leads(wrong_count=1, differs=9))) == "value.wrong_count"


def test_a_symptom_of_few_cases_does_not_lead_where_the_formula_is_wrong_everywhere() -> None:
    assert rule(leading(leads(capped=1, differs=9))) == "value.differs"
    assert rule(leading(leads(capped=2, differs=2))) == "value.capped"


def test_a_dtype_that_an_operation_does_not_know_does_not_hide_that_all_else_is_wrong() -> None:
    refused = Finding(rule="run.dtypes", rank=2)
    assert rule(leading([refused, *leads(differs=9)])) == "value.differs"
    assert is_unexplained([refused, *leads(differs=9)]) is True
    assert rule(leading([refused] * 2)) == "run.dtypes"


@pytest.mark.parametrize(
    ("found", "unexplained"),
    [
        (leads(differs=2), True),
        (leads(wrong_count=2), False),
        ([Finding(rule="value.some-rows", rank=18)], True),
        ([Finding(rule="value.factor", rank=13, facts=(("factor", "2"), ("expression", "2")))] * 2, False),
        ([Finding(rule="value.factor", rank=13, facts=(("factor", "2.473"), ("expression", "2.473")))], True),
        ([Finding(rule="value.factor", rank=13, facts=(("factor", f), ("expression", f))) for f in ("2", "3")], True),
        ([Finding(rule="value.lost-digits", rank=20)], False),
        ([Finding(rule="value.lost-digits", rank=20), *leads(differs=1)], True),
        (leads(capped=2), False),
        (leads(capped=2, differs=1), True),
        ([], False),
    ],
)
def test_what_says_where_and_not_why_is_unexplained(found: list[Finding], unexplained: bool) -> None:
    assert is_unexplained(found) is unexplained


@pytest.mark.parametrize(
    ("found", "only"),
    [
        (leads(differs=2), True),
        ([], True),
        ([Finding(rule="value.some-places", rank=18)], True),
        ([Finding(rule="value.factor", rank=13)], True),
        ([Finding(rule="value.left-out-where", rank=18)], False),
        ([Finding(rule="value.infinite", rank=23), *leads(differs=1)], False),
    ],
)
def test_a_line_says_more_than_a_place_and_less_than_a_cause(found: list[Finding], only: bool) -> None:
    assert is_only_a_place(found) is only
