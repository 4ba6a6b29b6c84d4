"""Reporters by name: found, checked when loaded, and their failures told."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import Any

import pytest

from grader.errors import Mistake
from grader.model import Report
from grader.report import plugins
from tests.snapshots import reports


def good(report: Report) -> str:
    return report.submission


def greedy(report: Report, other: str) -> str:
    return other


def failing(report: Report) -> str:
    raise RuntimeError("no ink")


def numeric(report: Report) -> int:
    return 7


NOT_A_FUNCTION = "text"


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that stands in for what is installed."""

    def offer(**points: str) -> None:
        known = [EntryPoint(name, value, plugins.GROUP) for name, value in points.items()]

        def entry_points(*, group: str, name: str | None = None) -> list[EntryPoint]:
            return [point for point in known if point.group == group and name in {None, point.name}]

        monkeypatch.setattr(plugins, "entry_points", entry_points)

    return offer


@pytest.mark.parametrize("name", ["gradescope", "html", "json", "prairielearn", "terminal"])
def test_every_shipped_reporter_loads_and_writes_text(name: str) -> None:
    """A name that is missing here: install the package again, its metadata lists the reporters."""
    assert plugins.load(name)(reports.usual())


def test_a_reporter_of_another_package(offered: Any) -> None:
    offered(mine=f"{__name__}:good")
    assert plugins.load("mine")(reports.usual()) == reports.usual().submission


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("no_such_module_at_all:render", "cannot be loaded: ModuleNotFoundError"),
        ("grader.report.json:no_such_name", "cannot be loaded: AttributeError"),
        (f"{__name__}:NOT_A_FUNCTION", "is not a function of a report alone"),
        (f"{__name__}:greedy", "is not a function of a report alone"),
    ],
)
def test_a_plugin_is_checked_when_it_is_loaded(offered: Any, value: str, words: str) -> None:
    offered(mine=value)
    with pytest.raises(Mistake, match=words) as caught:
        plugins.load("mine")
    assert caught.value.cure


@pytest.mark.parametrize(
    ("value", "words"),
    [("failing", "the reporter mine failed: RuntimeError: no ink"), ("numeric", "gave int, not text")],
)
def test_a_plugin_that_fails_is_told_as_one(offered: Any, value: str, words: str) -> None:
    offered(mine=f"{__name__}:{value}")
    with pytest.raises(Mistake, match=words):
        plugins.load("mine")(reports.usual())


def test_an_unknown_name(offered: Any) -> None:
    offered(gradescope="a:b", json="c:d")
    with pytest.raises(Mistake, match="there is no reporter 'gradescop'") as caught:
        plugins.load("gradescop")
    assert caught.value.cure == "Did you mean gradescope? There are: gradescope, json."


def test_a_name_that_two_packages_offer(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [EntryPoint("mine", value, plugins.GROUP) for value in ("a:b", "c:d")]
    monkeypatch.setattr(plugins, "entry_points", lambda **_: points)
    with pytest.raises(Mistake, match="several packages offer a reporter 'mine': a:b, c:d"):
        plugins.load("mine")
