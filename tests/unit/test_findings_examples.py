"""Every rule's example is executed: `wrong` is told that rule first, and `right` is told nothing."""

from __future__ import annotations

import re
import string

import pytest

from grader import findings
from grader.findings.rule import Rule
from grader.findings.samples import FACTS, in_words
from grader.model import RuleText, Scalar
from tests.unit.findings_kit import told

RULES = findings.all_rules()
WITH_EXAMPLE = [rule for rule in RULES if rule.text.example]
WITHOUT = {
    "run.timed-out": "needs a sandbox",
    "run.out-of-memory": "needs a sandbox",
    "run.crashed": "needs a sandbox",
    "run.not-assigned": "needs a script",
    "run.indentation": "needs a file that Python cannot read",
    "run.syntax": "needs a file that Python cannot read",
    "structure.parameters": "needs a module",
    "value.mode": "needs a module",
    "state.missing": "needs a module",
    "state.keys": "needs a module",
    "state.not-updated": "needs a module",
    "state.updated": "needs a module",
    "state.differs": "needs a module",
    "cost.grows-with-size": "needs two sizes, counted by the judge",
    "cost.memory": "needs two sizes, counted by the judge",
    "cost.too-much-work": "needs two sizes, counted by the judge",
    "structure.device": "needs a second device",
    "gradient.differs": "never first: a fallback beside others",
    "value.low-precision": "tested by hand in test_findings",
    "value.printed": "needs a script",
    "value.condition": "needs a scenario: tested by hand in test_findings",
    "value.check": "needs an author's predicate",
}
"""Rules whose evidence a function in this process cannot give."""


def name(rule: Rule) -> str:
    return rule.text.id


@pytest.mark.parametrize("rule", WITH_EXAMPLE, ids=name)
def test_an_example_is_told_its_own_rule_first(rule: Rule) -> None:
    first, _ = told(rule.text.example, "wrong", rule.text.id)
    assert first is not None
    assert first.rule == rule.text.id


@pytest.mark.parametrize("rule", WITH_EXAMPLE, ids=name)
def test_the_right_solution_of_an_example_is_told_nothing(rule: Rule) -> None:
    _, found = told(rule.text.example, "right", rule.text.id)
    assert not any(found)


@pytest.mark.parametrize("rule", WITH_EXAMPLE, ids=name)
def test_a_message_names_only_facts_that_the_finding_has(rule: Rule) -> None:
    _, found = told(rule.text.example, "wrong", rule.text.id)
    words = {text.id: text for text in findings.texts(set(findings.ids()))}
    for finding in (finding for each in found for finding in each):
        assert names_in(words[finding.rule]) <= dict(finding.facts).keys()


@pytest.mark.parametrize("rule", RULES, ids=name)
def test_the_words_that_explain_a_rule_have_no_empty_places(rule: Rule) -> None:
    words = in_words(rule.text)
    assert not any(re.search(r"\{\w+\}", part) for part in (words.title, words.message, words.why, words.mend))
    if rule.text.example and rule.text.id in FACTS:
        first, _ = told(rule.text.example, "wrong", rule.text.id)
        assert first is not None
        found = dict(first.facts)
        assert {key: sizes_left_out(fact) for key, fact in FACTS[rule.text.id].items()} == {
            key: sizes_left_out(found[key]) for key in FACTS[rule.text.id]
        }


def sizes_left_out(fact: Scalar) -> str:
    """Return a fact without its numbers, whose last digits are the machine's."""
    return re.sub(r"\d[\d.e+-]*", "0", str(fact))


def names_in(text: RuleText) -> set[str]:
    return {name for part in (text.message,) for _, name, _, _ in string.Formatter().parse(part) if name}


def test_every_rule_has_an_example_or_a_reason() -> None:
    assert {rule.text.id for rule in RULES if not rule.text.example} == set(WITHOUT)
