"""A student's source as HTML lines, coloured by Pygments' classes, with the failing lines marked."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import inherit, words
from pygments.lexers.python import PythonLexer
from pygments.token import Name, Operator, Punctuation, Text, Whitespace

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


_STATES = ("root", "keywords", "soft-keywords", "expr", "expr-keywords", "builtins", "magicfuncs", "magicvars")
"""Those of the lexer whose rules are tried where a statement begins or goes on."""

_SPECIAL = {
    word
    for state in _STATES
    for rule in PythonLexer.tokens[state]
    if isinstance(rule, tuple)
    for pattern in (rule[0].words if isinstance(rule[0], words) else (rule[0],))
    for word in re.findall(r"[A-Za-z_]{2,}", pattern)
}
"""All that these rules name, and a few words more: a name that is none of them is a plain one."""


class _Quick(PythonLexer):
    """Gives the same HTML: rules for plain names, blanks and signs are tried first, where no other rule can match.

    A string's prefix is no name, a dot may begin a number, and at the beginning of a line a docstring or `match` may come.
    """

    tokens = {  # noqa: RUF012 - as Pygments has it
        "root": [
            (words(_SPECIAL, prefix="(?!", suffix=r"\b)[A-Za-z_][A-Za-z0-9_]*+(?![\"'\x80-\U0010ffff])"), Name),
            (r"(?<=[^\n])[^\S\n]+", Text),
            (r"[]{}(),;[]|:(?!=)", Punctuation),
            (r"\n", Whitespace),
            (r"!=|==|<<|>>|:=|[-~+/*%=<>&^|]|\.(?!\d)", Operator),
            (r"""^[ ]++(?!["'\s]|[rRuUbB]{1,2}["']|match\b|case\b)""", Text),
            inherit,
        ]
    }


@cache
def _pygments() -> tuple[PythonLexer, HtmlFormatter[str]]:
    return _Quick(stripnl=False, ensurenl=True), HtmlFormatter(nowrap=True)
