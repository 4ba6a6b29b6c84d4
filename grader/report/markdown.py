"""Markdown as HTML that cannot act: no raw HTML, no images, no script, formulas as MathML."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any
from xml.etree import ElementTree

from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markupsafe import Markup, escape
from mdit_py_plugins.dollarmath import dollarmath_plugin

from grader.model import Pairs
from grader.report.code import listing
from grader.report.text import clean, filled

_ELEMENTS = re.compile(
    r"\{http://www\.w3\.org/1998/Math/MathML\}(math|m(row|i|n|o|text|space|frac|sqrt|root|style|padded|phantom|enclose)"
    r"|m(sub|sup|subsup|under|over|underover|multiscripts|prescripts|table|tr|td)|none)"
)
_ATTRIBUTES = re.compile(
    r"display|mathvariant|stretchy|fence|form|separator|[lr]space|width|height|depth|(column|row)(align|spacing|lines)"
    r"|linethickness|accent|accentunder|displaystyle|scriptlevel|(min|max)size|symmetric|largeop|movablelimits|notation"
    r"|mathcolor"
)
_TABLE = '<div class="scroll" tabindex="0" role="group" aria-label="Table">'
_FORMULA = '<span class="formula" tabindex="0" role="group" aria-label="Formula">'
_HELD = re.compile("(<code>[^<]*</code>)|\ue000(\\d+)\ue001")
_PLAIN = re.compile("\ue000(\\d+)\ue001")
_CODE = re.compile("`([^`\n]+)`")
_SKIPS = re.compile(r"(\\\\)\s*\[[\d.]+ *(?:ex|em|pt|cm|mm)\]")
"""LaTeX's extra space after a line, "\\\\[1ex]", which latex2mathml would print."""


@lru_cache(maxsize=256)
def block(text: str) -> Markup:
    """Return a statement as HTML."""
    return Markup(_parser().render(clean(text, 100_000)))  # noqa: S704 - markdown-it escapes all but its own tags


def inline(template: str, facts: Pairs = ()) -> Markup:
    """Return a rule's template as HTML, its facts put in as escaped text after the Markdown has been read.

    Of Markdown a fact has code spans alone, for it may hold a student's words as well as the grader's.
    """
    return _inline(template, facts, repr(facts))


@lru_cache(maxsize=2048)
def _inline(template: str, facts: Pairs, _: str) -> Markup:
    """The last argument tells 1 from 1.0 and True, which are equal and not printed alike."""
    kept: list[str] = []

    def hold(value: str) -> str:
        kept.append(str(escape(clean(value, 400))))
        return f"\ue000{len(kept) - 1}\ue001"

    def put(match: re.Match[str]) -> str:
        if match[1]:  # inside a code span of the template a fact is plain
            return _PLAIN.sub(lambda held: kept[int(held[1])], match[1])
        return _CODE.sub(r"<code>\1</code>", kept[int(match[2])])

    html = _paragraphs(filled(clean(template), facts, hold))
    return Markup(_HELD.sub(put, html))  # noqa: S704 - facts are escaped above


@lru_cache(maxsize=1024)
def _paragraphs(text: str) -> str:
    html = str(_parser().render(text)).strip()
    if html.count("<p>") == 1 and html.startswith("<p>") and html.endswith("</p>"):
        return html[3:-4]
    return html


@lru_cache(maxsize=512)
def math(latex: str, display: str = "inline") -> str:
    """Return a formula as MathML, or its source in <code> where it cannot be converted faithfully.

    latex2mathml copies the text of \\text{...} and \\href{...} unescaped, so its output is read again, and refused
    unless it is well-formed and holds known MathML alone.
    """
    source = f"<code>{escape(latex)}</code>"
    latex = _SKIPS.sub(r"\1", latex)
    if "<" in latex or ">" in latex:
        latex = latex.replace("<", r" \lt ").replace(">", r" \gt ")
    try:
        told = convert(latex, display=display).replace("\\_", "_")  # it leaves this one as it is in \\text
    except Exception:  # its errors have no common root, and a formula must never cost a report
        return source
    return told if _harmless(told) else source


def _harmless(mathml: str) -> bool:
    if "<!" in mathml or "<?" in mathml or "\\" in mathml:  # a backslash: a command that it did not know
        return False
    try:
        root = ElementTree.fromstring(mathml)  # noqa: S314 - no doctype can get here, so no entities to expand
    except ElementTree.ParseError:
        return False
    return all(
        _ELEMENTS.fullmatch(element.tag) and all(map(_ATTRIBUTES.fullmatch, element.attrib)) for element in root.iter()
    )


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False})
    parser.enable("table").disable("image")
    dollarmath_plugin(parser, allow_digits=False, double_inline=True)
    parser.add_render_rule("heading_open", _heading)
    parser.add_render_rule("heading_close", _heading)
    parser.add_render_rule("link_open", _link)
    parser.add_render_rule("table_open", lambda *_: f"{_TABLE}<table>")
    parser.add_render_rule("table_close", lambda *_: "</table></div>\n")
    parser.add_render_rule("fence", _listing)
    parser.add_render_rule("code_block", _listing)
    for name in ("math_inline", "math_inline_double", "math_block", "math_block_label"):
        parser.add_render_rule(name, _formula)
    return parser


def _formula(_self: Any, tokens: Any, index: int, _options: Any, _env: Any) -> str:
    token = tokens[index]
    if token.type == "math_inline":
        return math(token.content.strip())
    return f"{_FORMULA}{math(token.content.strip(), 'block')}</span>"


def _listing(_self: Any, tokens: Any, index: int, _options: Any, _env: Any) -> str:
    return f"{listing(tokens[index].content)}\n"


def _heading(_self: Any, tokens: Any, index: int, _options: Any, _env: Any) -> str:
    """Headings of a statement stand below the exercise's own, and are no part of the page's outline."""
    return '<p class="subhead">' if tokens[index].nesting == 1 else "</p>\n"


def _link(_self: Any, tokens: Any, index: int, _options: Any, _env: Any) -> str:
    address = str(tokens[index].attrs.get("href", ""))
    if not address.startswith(("https://", "http://", "#")):
        return "<a>"
    return f'<a href="{escape(address)}" rel="noreferrer noopener">'
