"""What has changed since the report before."""

from __future__ import annotations

from grader.model import Outcome, Report, Result, Verdict
from grader.report.change import change, lines


def report(points: float, **passed: bool) -> Report:
    verdicts = tuple(
        Verdict(case=name, outcome=Outcome.PASSED if good else Outcome.WRONG, points=0.0, max_points=1.0)
        for name, good in passed.items()
    )
    result = Result(
        exercise="kd_loss", title="", outcome=Outcome.WRONG, points=points, max_points=9.0, verdicts=verdicts
    )
    return Report(submission="a", digest="", lesson="", results=(result,), points=points, max_points=9.0)


def test_nothing_changed() -> None:
    assert lines(change(report(1.0, a=True, b=False), report(1.0, a=True, b=False))) == (
        ("=", "the same result as before"),
    )


def test_better_and_worse_at_once() -> None:
    found = change(report(1.0, a=True, b=False, c=False), report(3.5, a=False, b=True, c=True))
    assert found.points == 2.5
    assert lines(found) == (
        ("+", "2.5 points more"),
        ("+", "kd_loss: 2 cases now pass: b, c"),
        ("-", "kd_loss: 1 case now fails: a"),
    )


def test_an_exercise_that_is_gone_fails_and_many_names_are_cut() -> None:
    many = dict.fromkeys("abcdef", True)
    gone = Report(submission="a", digest="", lesson="", results=(), points=0.0, max_points=0.0)
    assert lines(change(report(2.0, **many), gone)) == (
        ("-", "2 points less"),
        ("-", "kd_loss: 6 cases now fail: a, b, c, …"),
    )
