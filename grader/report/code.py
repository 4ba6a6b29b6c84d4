"""A student's source as HTML lines, coloured by Pygments' classes, with the failing lines marked."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from grader.model import Excerpt
from grader.report.text import source_lines


class Line(NamedTuple):
    """One line: its number in the cell or file, its HTML, and whether it is a failing one."""

    number: int
    html: Markup
    marked: bool


def lines(excerpt: Excerpt) -> list[Line]:
    """Return the excerpt's lines."""
    html = _highlighted("\n".join(source_lines(excerpt.source.rstrip("\n"))))
    return [
        Line(number, Markup(line), number in excerpt.marked)  # noqa: S704 - Pygments escapes the source
        for number, line in enumerate(html.split("\n"), excerpt.line)
    ]


def listing(source: str) -> Markup:
    """Return Python that is not the student's, such as a rule's example, as a block that can be scrolled by keyboard."""
    html = _highlighted("\n".join(source_lines(source.rstrip("\n"))))
    return Markup(  # noqa: S704 - Pygments escapes the source
        f'<pre class="code scroll" tabindex="0" role="group" aria-label="Example code"><code>{html}</code></pre>'
    )


@lru_cache(maxsize=256)
def _highlighted(source: str) -> str:
    lexer, formatter = _pygments()
    return str(highlight(source, lexer, formatter)).removesuffix("\n")


@cache
def _pygments() -> tuple[PythonLexer, HtmlFormatter[str]]:
    return PythonLexer(stripnl=False, ensurenl=True), HtmlFormatter(nowrap=True)
