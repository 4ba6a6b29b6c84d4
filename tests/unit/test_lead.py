"""Which finding a student is told first."""

from __future__ import annotations

from grader.findings.lead import leading
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
