"""What `grade ci` writes: Markdown, annotations, JUnit XML, Classroom's payload; no text of a submission acts in any."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest
import xmlschema
from markdown_it import MarkdownIt

from grader.model import Evidence, Excerpt, Finding, Outcome, Report, Result, RuleText, Verdict
from grader.report import annotations, github_classroom, junit, summary
from grader.report.graded import Graded
from tests.consumers import classroom, commands
from tests.snapshots import reports

SCHEMA = xmlschema.XMLSchema(Path(__file__).parents[1] / "schemas" / "junit.xsd")
EVERY = [reports.usual, reports.everything, reports.perfect, reports.empty]
UNREAD = Graded("a%b,c:d/nb.ipynb", None, "it is damaged\n::error::x", "Save it again.")

HOSTILE = "\n::error file=x::gotcha\r\n::set-output name=result::x ##[error]y @octocat www.evil.example http://evil.example $x$ |a|b|"
INJECTED = f"{reports.HOSTILE}{HOSTILE} ```` ~~~ </details> \x00\x0b\ufffe"


def hostile(outcome: Outcome = Outcome.WRONG) -> Report:
    """Return a report in which every text of a submission means harm."""
    found = Finding(rule="value.x", rank=1, facts=(("got", INJECTED),), cell=0, line=2)
    verdict = Verdict(
        case="typical",
        outcome=outcome,
        points=0,
        max_points=2,
        summary="n=3",
        evidence=Evidence(findings=(found,), output=INJECTED),
    )
    result = Result(
        exercise="softmax",
        title="Softmax",
        outcome=outcome,
        points=0,
        max_points=2,
        verdicts=(verdict, msgspec.structs.replace(verdict, evidence=Evidence(output=INJECTED), case=INJECTED)),
        lead=found,
        excerpt=Excerpt(where=INJECTED, line=1, source=f"def softmax(x):\n    return 1 # {INJECTED}\n", marked=(2,)),
    )
    rule = RuleText(id="value.x", title="X", message="your `{got}` is **{got}**, {got}", why="", mend="Mend `x`.")
    return Report(submission=INJECTED, digest="", lesson="l", results=(result,), points=0, max_points=2, texts=(rule,))


def test_reporters_are_registered() -> None:
    found = {entry.name: entry.load() for entry in metadata.entry_points(group="grader.reporters")}
    assert found["junit"] is junit.render
    assert found["summary"] is summary.render
    assert found["annotations"] is annotations.render
    assert found["github-classroom"] is github_classroom.render


# JUnit


@pytest.mark.parametrize("make", [*EVERY, hostile])
def test_junit_keeps_the_schema(make: object) -> None:
    text = junit.render(make())  # type: ignore[operator]
    SCHEMA.validate(text)
    root = ElementTree.fromstring(text)
    suites = list(root)
    assert root.get("tests") == str(sum(len(suite.findall("testcase")) for suite in suites))
    for suite in suites:
        for kind in ("failure", "error", "skipped"):
            plural = {"failure": "failures", "error": "errors", "skipped": "skipped"}[kind]
            assert suite.get(plural) == str(len(suite.findall(f"testcase/{kind}")))


def test_a_wrong_document_does_not_keep_the_schema() -> None:
    def broken(change: Callable[[ElementTree.Element], object]) -> bool:
        root = ElementTree.fromstring(junit.render(reports.usual()))
        change(root)
        return not SCHEMA.is_valid(ElementTree.tostring(root, encoding="unicode"))

    def test(root: ElementTree.Element) -> ElementTree.Element:
        return next(root.iter("testcase"))

    assert not broken(lambda _: None)
    assert broken(lambda root: ElementTree.SubElement(test(root), "properties"))
    assert broken(lambda root: test(root).attrib.pop("name"))
    assert broken(lambda root: root[0].attrib.pop("failures"))
    assert broken(lambda root: root[0].set("tests", "many"))


def test_junit_tells_points_sentences_and_outcomes() -> None:
    report = reports.usual()
    root = ElementTree.fromstring(junit.render(report))
    for suite, result in zip(root, report.results, strict=True):
        facts = {one.get("name"): one.get("value") for one in suite.iter("property")}
        assert float(facts["score"] or "") == pytest.approx(result.points, rel=1e-5)
        assert float(facts["max_score"] or "") == result.max_points
        assert {f"points of {verdict.case}" for verdict in result.verdicts} <= set(facts)
    failure = next(root.iter("failure"))
    assert failure.get("message", "") in (failure.text or "")
    assert "Try: " in (failure.text or "")


def test_junit_tells_of_a_file_that_could_not_be_read() -> None:
    text = junit.render_all([UNREAD])
    SCHEMA.validate(text)
    error = next(ElementTree.fromstring(text).iter("error"))
    assert error.text is not None
    assert error.text.endswith("Save it again.")


# Annotations


def test_an_annotation_stands_at_the_student_s_line() -> None:
    report = hostile()
    excerpt = Excerpt(where="answer.py", line=1, source="def softmax(x):\n    return 1\n")
    result = msgspec.structs.replace(report.results[0], excerpt=excerpt)
    told = annotations.render_all([Graded("work/a,b:c%.py", msgspec.structs.replace(report, results=(result,)))])
    (only,) = commands(told)
    assert only.name == "error"
    assert only.properties["file"] == "work/a,b:c%.py"
    assert only.properties["line"] == "2"
    assert only.properties["title"] == "softmax: wrong"
    assert told.count("\n") == 1


def test_a_notebook_s_annotation_says_its_cell_and_line_in_words() -> None:
    report = hostile()
    excerpt = Excerpt(where="cell 4", line=1, source="def softmax(x):\n    return 1\n")
    result = msgspec.structs.replace(report.results[0], excerpt=excerpt)
    (only,) = commands(annotations.render_all([Graded("nb.ipynb", msgspec.structs.replace(report, results=(result,)))]))
    assert "line" not in only.properties
    assert only.message.startswith("cell 4, line 2: ")


@pytest.mark.parametrize("make", [*EVERY, hostile])
def test_annotations_are_commands_of_ours_alone(make: object) -> None:
    report: Report = make()  # type: ignore[operator]
    told = annotations.render(report)
    found = commands(told)
    failed = [result for result in report.results if result.outcome is not Outcome.PASSED]
    wrong = [one for one in failed if one.outcome not in {Outcome.NOT_ATTEMPTED, Outcome.UNGRADED}]
    assert len(found) == len(failed) - len(wrong) + min(len(wrong), annotations.MOST)
    assert told.count("\n") == len(found)
    assert {one.name for one in found} <= {"error", "warning", "notice"}
    assert all(set(one.properties) <= {"file", "line", "title"} for one in found)
    levels = {result.outcome: result.exercise for result in failed}
    if Outcome.UNGRADED in levels:
        assert any(one.name == "warning" for one in found)


def test_at_most_ten_of_a_level_and_the_last_says_how_many_more() -> None:
    report = hostile()
    many = msgspec.structs.replace(report, results=report.results * 14)
    found = commands(annotations.render(many))
    assert len(found) == 10
    assert found[-1].message == "and 5 more exercises: the job's summary tells of all of them"


def test_an_unread_file_is_an_error_with_its_cure() -> None:
    (only,) = commands(annotations.render_all([UNREAD]))
    assert only.properties["file"] == UNREAD.path
    assert only.message == "it is damaged\n::error::x\nSave it again."


def test_no_command_is_obeyed_in_a_fenced_log() -> None:
    log = f"printed:{HOSTILE}\n::add-mask::a\n::stop-commands::b\n::b::\n::error::c"
    assert commands(log)
    assert commands(annotations.fenced(log, "3f9a")) == []


# Classroom


@pytest.mark.parametrize("make", [*EVERY, hostile])
def test_classroom_adds_up_the_report_s_points(make: object) -> None:
    report: Report = make()  # type: ignore[operator]
    told = classroom(github_classroom.render(report))
    assert told.total == pytest.approx(report.points)
    assert told.most == pytest.approx(report.max_points)
    passed = {result.outcome for result in report.results} <= {Outcome.PASSED}
    assert told.failed is not passed


def test_a_perfect_hand_in_adds_up_exactly() -> None:
    report = reports.perfect()
    payload = json.loads(base64.b64decode(github_classroom.render(report)))
    assert sum(test["score"] for test in payload["tests"]) == payload["max_score"] == report.max_points
    assert payload["status"] == "pass"


def test_classroom_says_error_only_where_the_grader_failed() -> None:
    assert github_classroom.payload([Graded("a.py", hostile(Outcome.UNGRADED))])["status"] == "error"
    assert github_classroom.payload([Graded("a.py", hostile())])["status"] == "fail"
    assert github_classroom.payload([UNREAD])["status"] == "fail"
    (test,) = github_classroom.payload([UNREAD])["tests"]
    assert test["message"].endswith("Save it again.")


# Markdown


def shown(text: str) -> str:
    """Return Markdown as GitHub shows it: tables, raw HTML."""
    return str(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text))


TAGS = {
    "h2", "p", "table", "thead", "tbody", "tr", "th", "td", "blockquote", "strong", "code", "pre", "ul", "li",
    "details", "summary",
}  # fmt: skip


@pytest.mark.parametrize("make", [*EVERY, hostile, lambda: hostile(Outcome.RAISED)])
def test_a_submission_s_text_stays_text_in_markdown(make: object) -> None:
    report: Report = make()  # type: ignore[operator]
    text = summary.render_all([Graded(INJECTED, report)])
    page = shown(text)
    assert set(re.findall(r"<([a-z0-9]+)", page)) <= TAGS
    assert page.count("<details>") == page.count("</details>") == text.count("<details>")
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800]", text)
    outside = re.sub(r"(?ms)^(`{3,})text\n.*?\n\1$|(`+).+?(?<!`)\2(?!`)", "", text)
    assert "http://" not in outside
    assert "www.evil" not in outside
    assert not re.search(r"@\w", outside)


def test_the_summary_tells_what_to_fix_first_and_shows_the_line() -> None:
    page = shown(summary.render(reports.usual()))
    assert "Fix this first" in page
    assert "<table>" in page
    assert "▶" in page
    assert "More: <code>grade explain " in page


@pytest.mark.parametrize(
    "text",
    [
        "- item",
        "1. item",
        "# title",
        "a_b_c *d*",
        "[x](y)",
        "![x](y)",
        "<b>&amp;</b>",
        ":smile: $x$ ~~z~~",
        "a|b",
        "\\\\",
        "= a",
    ],
)
def test_text_is_shown_as_it_is(text: str) -> None:
    assert html.unescape(shown(summary.escaped(text))) == f"<p>{text}</p>\n"
    assert summary.escaped("nb.ipynb: 5 of 10, off by -0.5") == "nb.ipynb: 5 of 10, off by -0.5"
    assert summary.escaped("a@b") == "a@<!-- -->b"


def test_a_code_span_cannot_be_ended() -> None:
    for text in ("a`b", "``x", "y`", "`"):
        assert f"<code>{text}</code>" in shown(summary.code(text))


def test_blanks_around_code_stay() -> None:
    assert summary.marked("one `two` **three** four") == "one `two` **three** four"


def test_a_summary_is_never_too_long() -> None:
    report = hostile()
    long = msgspec.structs.replace(
        report.results[0], excerpt=Excerpt(where="a.py", line=1, source="x = 1  # y\n" * 390)
    )
    many = msgspec.structs.replace(report, results=(long,) * 400)
    text = summary.render_all([Graded("a.py", many)] * 2)
    assert len(text.encode()) < 1 << 20
    assert "The rest is too long for a summary" in text


def test_an_unread_file_is_told_in_the_summary() -> None:
    text = summary.render_all([UNREAD])
    assert "not graded" in text
    assert "Save it again." in text
