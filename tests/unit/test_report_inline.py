"""A report inside a notebook."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from grader.report import html, inline
from grader.report.inline import Notice
from tests.snapshots import reports

NOTICE = Notice("Works here", ("`a` is <b>gone</b>", "too"), "Run it again.")


class _Read(HTMLParser):
    """Collects tags, the frame's document, and all text outside styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {"script", "link", "img", "object", "form", "iframe"}
        assert not any(name.startswith("on") for name, _ in attrs)
        if tag != "br":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None: ...

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words += data


@pytest.mark.parametrize("name", ["usual", "everything", "perfect", "empty"])
def test_it_is_whole_and_runs_nothing(name: str) -> None:
    report = getattr(reports, name)()
    read = _Read(inline.render(report, (NOTICE,)))
    assert read.open == []
    assert "Works here" in read.words
    assert "a is <b>gone</b>" in read.words
    for result in report.results:
        assert result.exercise.split()[0] in read.words


def test_it_is_small_and_shows_got_beside_expected_once() -> None:
    text = inline.render(reports.everything())
    assert text.count("<figure>") <= 3
    assert len(text) < len(html.render(reports.everything())) / 4
    assert "Got beside expected" in _Read(inline.render(reports.usual())).words
    assert "Got beside expected" not in inline.render(reports.perfect())


def test_no_rule_of_style_reaches_the_page() -> None:
    css = html.environment_of().get_template("inline.css").render()
    selectors = [one.strip() for rule in re.findall(r"([^{}]+)\{", css) for one in rule.split(",")]
    assert len(selectors) > 10
    assert all(one.startswith(".grader-verdict") for one in selectors)


def test_the_text_is_the_terminal_s_with_notices_first() -> None:
    text = inline.text(reports.usual(), (NOTICE,))
    assert text.startswith("! Works here\n  - `a` is <b>gone</b>\n  - too\n  Run it again.\n\n")
    assert "\x1b" not in text
    assert "\x1b[" in inline.text(reports.usual(), colour=True)
