"""A report as JUnit XML: a suite an exercise, a test a case, points among the suite's properties.

Jenkins' and Surefire's schemas know properties of suites, not of tests; so a case's points stand in its suite's.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from grader.model import Outcome, Report, Result, Verdict
from grader.report.graded import Graded, sentences
from grader.report.text import OUTCOMES, clean, one_line, tail


def render(report: Report) -> str:
    """Return one report as an XML document."""
    return render_all([Graded(report.submission, report)])


def render_all(files: Sequence[Graded]) -> str:
    """Return the reports of many files as one XML document; a file that could not be read is a suite with one error."""
    root = Element("testsuites", name="grade")
    for file in files:
        if file.report is None:
            _unread(root, file)
            continue
        for result in file.report.results:
            _suite(root, file.path, file.report, result)
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suite(root: Element, path: str, report: Report, result: Result) -> None:
    outcomes = [verdict.outcome for verdict in result.verdicts]
    errors, skipped = outcomes.count(Outcome.UNGRADED), outcomes.count(Outcome.NOT_ATTEMPTED)
    failures = len(outcomes) - outcomes.count(Outcome.PASSED) - errors - skipped
    suite = SubElement(
        root,
        "testsuite",
        name=f"{one_line(path, 300)}: {one_line(result.exercise, 80)}",
        tests=str(len(outcomes)),
        failures=str(failures),
        errors=str(errors),
        skipped=str(skipped),
        file=one_line(path, 300),
    )
    properties = SubElement(suite, "properties")
    for name, value in _facts(report, result):
        SubElement(properties, "property", name=one_line(name), value=one_line(value))
    for verdict in result.verdicts:
        _test(suite, report, result, verdict)


def _facts(report: Report, result: Result) -> list[tuple[str, str]]:
    cases = [
        (f"points of {verdict.case}", f"{verdict.points:.6g} of {verdict.max_points:.6g}")
        for verdict in result.verdicts
    ]
    facts = [
        ("score", f"{result.points:.6g}"),
        ("max_score", f"{result.max_points:.6g}"),
        ("outcome", str(result.outcome)),
        ("seed", str(report.seed)),
    ]
    return [*facts, *report.versions, *cases]


def _test(suite: Element, report: Report, result: Result, verdict: Verdict) -> None:
    test = SubElement(suite, "testcase", classname=one_line(result.exercise, 80), name=one_line(verdict.case))
    if verdict.outcome is Outcome.PASSED:
        return
    told = [clean(one) for one in sentences(report, result, verdict)] or [OUTCOMES[verdict.outcome].sentence]
    if verdict.outcome is Outcome.NOT_ATTEMPTED:
        SubElement(test, "skipped", message=OUTCOMES[verdict.outcome].sentence)
        return
    kind = "error" if verdict.outcome is Outcome.UNGRADED else "failure"
    SubElement(test, kind, type=str(verdict.outcome), message=one_line(told[0], 400)).text = "\n".join(told)
    if verdict.evidence.output.strip():
        SubElement(test, "system-out").text = tail(verdict.evidence.output)


def _unread(root: Element, file: Graded) -> None:
    name = one_line(file.path, 300)
    suite = SubElement(root, "testsuite", name=name, tests="1", failures="0", errors="1", skipped="0", file=name)
    test = SubElement(suite, "testcase", classname=name, name="the file can be graded")
    error = SubElement(test, "error", type="ungraded" if file.ours else "mistake", message=one_line(file.problem, 400))
    error.text = clean(f"{file.problem}\n{file.cure}".strip())
