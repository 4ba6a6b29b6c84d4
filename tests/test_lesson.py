"""The lesson `losses`: its references are right, its starters not begun, and each known mistake is told in its words.

Nothing is declared by hand here: exercises, references and misconceptions are found in the course.
"""

from __future__ import annotations

import ast

import pytest

from grader import course
from grader.expected import misconceptions_in
from grader.misconceptions import PREFIX
from grader.model import Outcome
from grader.starters import module_source
from grader.submission import read
from tests.conftest import ROOT
from tests.lessons import Lessons, submission

COURSE = course.load(ROOT)
EXERCISES = COURSE.lesson("losses").exercises
MISTAKES = [
    (name, mistake)
    for name in EXERCISES
    for mistake in misconceptions_in(COURSE.reference_file(name).read_text(encoding="utf-8"))
]
SEEDS = (0, 1, 2)


@pytest.mark.parametrize("name", EXERCISES)
def test_the_reference_s_own_text_gets_full_points(losses: Lessons, name: str) -> None:
    for seed in SEEDS:
        report = losses.grade(submission(losses.reference(name), f"{name}.py"), name, seed=seed)
        unhappy = [
            (verdict.case, verdict.outcome)
            for verdict in report.results[0].verdicts
            if verdict.outcome is not Outcome.PASSED
        ]
        assert unhappy == []
        assert report.points == report.max_points == losses.exercise(name).points


@pytest.mark.parametrize("name", EXERCISES)
def test_the_starter_is_not_attempted(losses: Lessons, name: str) -> None:
    starter = submission(module_source(losses.exercise(name)), f"{name}.py")
    report = losses.grade(starter, name)
    assert report.results[0].outcome is Outcome.NOT_ATTEMPTED
    assert report.cells == ()


def test_the_notebook_as_given_out_is_not_attempted(losses: Lessons) -> None:
    report = losses.grade(read(ROOT / "exercises" / "losses" / "losses.ipynb"), *EXERCISES)
    assert {result.exercise: result.outcome for result in report.results} == dict.fromkeys(
        EXERCISES, Outcome.NOT_ATTEMPTED
    )
    assert report.cells == ()


class _Renamed(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(id=self.names.get(node.id, node.id), ctx=node.ctx)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.name = self.names.get(node.name, node.name)
        node.decorator_list = []
        self.generic_visit(node)
        return node


def renamed(source: str, answer: str, mistake: str) -> str:
    """Return a reference in which a misconception has the answer's name, and the answer another."""
    tree = _Renamed({answer: "right_answer", mistake: answer}).visit(ast.parse(source))
    return ast.unparse(ast.fix_missing_locations(tree))


@pytest.mark.parametrize(("name", "mistake"), MISTAKES)
def test_a_known_mistake_fails_and_its_own_sentence_leads(losses: Lessons, name: str, mistake: str) -> None:
    handed_in = submission(renamed(losses.reference(name), name, mistake), f"{name}.py")
    report = losses.grade(handed_in, name)
    (result,) = report.results
    assert result.points < result.max_points
    assert result.outcome is not Outcome.PASSED
    assert result.lead is not None
    assert result.lead.rule == f"{PREFIX}{mistake}"
    words = {text.id: text.message for text in report.texts}[result.lead.rule]
    assert words.replace("{{", "{").replace("}}", "}") == misconceptions_in(losses.reference(name))[mistake]


@pytest.mark.parametrize("name", EXERCISES)
def test_every_case_is_worth_something_and_says_why(losses: Lessons, name: str) -> None:
    exercise = losses.exercise(name)
    assert all(case.weight > 0 and case.why for case in exercise.cases)
    assert exercise.hints
    assert exercise.statement
