"""Reports for Gradescope and PrairieLearn: their schemas, their points, hostile strings, and our own failures."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from grader.model import Outcome, Report, Result
from grader.report import gradescope, prairielearn, said
from tests.platform_schemas import GRADESCOPE, GRADESCOPE_SCORED, PRAIRIELEARN
from tests.snapshots import reports

MAKERS = [reports.usual, reports.everything, reports.perfect, reports.empty]


def on_gradescope(report: Report, **options: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(gradescope.render(report, **options), parse_constant=pytest.fail)
    GRADESCOPE.validate(document)
    return document


def on_prairielearn(report: Report) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(prairielearn.render(report), parse_constant=pytest.fail)
    PRAIRIELEARN.validate(document)
    return document


def graded(report: Report) -> Report:
    """Return the report without what could not be graded."""
    kept = tuple(
        one for one in report.results if Outcome.UNGRADED not in {one.outcome, *(case.outcome for case in one.verdicts)}
    )
    return report.__class__(**{name: getattr(report, name) for name in report.__struct_fields__} | {"results": kept})


def result(*outcomes: Outcome, most: float = 10.0) -> Result:
    each = most / len(outcomes)
    verdicts = tuple(reports.verdict(f"case {i}", one, most=each) for i, one in enumerate(outcomes))
    points = sum(one.points for one in verdicts)
    worst = Outcome.PASSED if set(outcomes) == {Outcome.PASSED} else Outcome.WRONG
    return Result(exercise="answer", title="Answer", outcome=worst, points=points, max_points=most, verdicts=verdicts)


def report(*results: Result) -> Report:
    points, most = sum(one.points for one in results), sum(one.max_points for one in results)
    return Report(submission="a.py", digest="0", lesson="", results=results, points=points, max_points=most)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        for name, value in attrs:
            assert not name.startswith("on"), (tag, name)
            assert not (value or "").lower().startswith("javascript"), value


def tags(text: str) -> set[str]:
    parser = Tags()
    parser.feed(text)
    parser.close()
    return parser.seen


@pytest.mark.parametrize("make", MAKERS)
def test_the_documents_keep_their_schemas(make: Any) -> None:
    on_gradescope(make())
    on_gradescope(graded(make()))
    on_prairielearn(make())
    on_prairielearn(graded(make()))


def test_the_schemas_refuse_what_the_platforms_refuse() -> None:
    good = on_gradescope(graded(reports.usual()))
    assert not GRADESCOPE.is_valid(good | {"visibility": "secret"})
    assert not GRADESCOPE.is_valid(good | {"tests": [{"status": "ok"}]})
    assert not GRADESCOPE_SCORED.is_valid({"output": "x", "tests": []})
    assert not PRAIRIELEARN.is_valid({"gradable": True})
    assert not PRAIRIELEARN.is_valid({"gradable": False, "score": 0.0})


def test_what_was_not_graded_has_no_score() -> None:
    ungraded = report(result(Outcome.PASSED), result(Outcome.PASSED, Outcome.UNGRADED))
    document = on_gradescope(ungraded)
    assert not GRADESCOPE_SCORED.is_valid(document)
    assert "score" not in document
    assert "tests" not in document
    assert "not graded: the grader failed" in document["output"]
    assert "answer: could not be graded" in document["output"]
    other = on_prairielearn(ungraded)
    assert other["gradable"] is False
    assert "score" not in other
    assert "costs no attempt" in other["message"]


def test_nothing_to_grade_is_no_score_either() -> None:
    assert not GRADESCOPE_SCORED.is_valid(on_gradescope(reports.empty()))
    assert on_prairielearn(reports.empty())["gradable"] is False


def test_a_graded_report_has_a_score_and_a_test_a_case() -> None:
    document = on_gradescope(report(result(*[Outcome.PASSED] * 2, Outcome.WRONG)), visibility="after_published")
    assert GRADESCOPE_SCORED.is_valid(document)
    assert document["visibility"] == "after_published"
    assert document["stdout_visibility"] == "hidden"
    assert "leaderboard" not in document
    assert [test["number"] for test in document["tests"]] == ["1.1", "1.2", "1.3"]
    assert [test["status"] for test in document["tests"]] == ["passed", "passed", "failed"]
    assert [test["score"] for test in document["tests"]] == [3.33, 3.34, 0.0]
    assert document["score"] == pytest.approx(20 / 3)


@pytest.mark.parametrize("most", [1.0, 7.5, 10.0])
@pytest.mark.parametrize("cases", [1, 3, 7, 17, 31])
def test_shares_add_up(most: float, cases: int) -> None:
    given = gradescope.shares(result(*[Outcome.PASSED] * cases, most=most))
    assert round(sum(given), 9) == most
    assert all(abs(share - most / cases) <= 0.011 for share in given)


def test_an_exercise_that_was_not_begun_is_one_test() -> None:
    untouched = Result(
        exercise="answer",
        title="Answer",
        outcome=Outcome.NOT_ATTEMPTED,
        points=0,
        max_points=10,
        verdicts=tuple(reports.verdict(f"case {i}", Outcome.NOT_ATTEMPTED) for i in range(5)),
    )
    (test,) = on_gradescope(report(untouched))["tests"]
    assert test["name"] == "answer: not attempted"
    assert (test["score"], test["max_score"]) == (0.0, 10)
    (other,) = on_prairielearn(report(untouched))["tests"]
    assert (other["points"], other["max_points"]) == (0.0, 10)


def test_hostile_strings_stay_text() -> None:
    document = on_gradescope(graded(reports.everything()))
    outputs = [document["output"], *(test["output"] for test in document["tests"])]
    seen = set().union(*map(tags, outputs))
    assert not seen & {"script", "img", "iframe", "style", "object", "svg", "form"}
    whole = json.dumps(document) + prairielearn.render(graded(reports.everything()))
    assert not re.search(r"\\u001b|\\u202e|\\u200b|\\ud800", whole)
    assert "alert(1)" in whole  # told, but as text


def test_a_failure_of_ours_says_so_and_scores_nothing() -> None:
    document = json.loads(gradescope.failed("the reference <b>broke</b>", "Mend it."))
    GRADESCOPE.validate(document)
    assert not GRADESCOPE_SCORED.is_valid(document)
    assert "&lt;b&gt;broke" in document["output"]
    assert "not your fault" in document["output"]
    other = json.loads(prairielearn.failed("the reference broke"))
    PRAIRIELEARN.validate(other)
    assert other["gradable"] is False


def test_a_file_that_cannot_be_read_is_the_students() -> None:
    document = json.loads(gradescope.unreadable("a.ipynb is damaged", "Save it again.", 25.0))
    GRADESCOPE.validate(document)
    assert document["score"] == 0.0
    assert document["tests"][0]["max_score"] == 25.0
    assert "Save it again." in document["tests"][0]["output"]
    other = json.loads(prairielearn.unreadable("a.ipynb is damaged", "Save it again."))
    PRAIRIELEARN.validate(other)
    assert other["format_errors"] == ["a.ipynb is damaged", "Save it again."]


def test_prairielearn_takes_at_most_a_megabyte() -> None:
    loud = reports.verdict("loud", Outcome.WRONG, evidence=reports.Evidence(output="x" * 4000))
    many = Result(exercise="answer", title="", outcome=Outcome.WRONG, points=0, max_points=1, verdicts=(loud,) * 1000)
    text = prairielearn.render(report(many))
    assert 100_000 < len(text) <= prairielearn.MAX_BYTES
    assert on_prairielearn(report(many))["tests"][0]["output"] == ""


def test_a_rule_is_told_with_what_was_measured_and_what_to_try() -> None:
    usual = reports.usual()
    (softmax,) = (one for one in usual.results if one.exercise == "softmax")
    wrong = next(case for case in softmax.verdicts if case.outcome is Outcome.WRONG)
    told = [said.plain(one) for one in said.told(wrong, softmax, said.rules(usual))]
    assert told[0] == "each column sums to 1; each row should. You normalise over axis `0`."
    assert any("expected" in line for line in told)
    assert told[-1].startswith("Try: normalise over the last axis")
    html = [str(said.html(one)) for one in said.told(wrong, softmax, said.rules(usual))]
    assert "<strong>row</strong>" in html[0]
