"""The quick lexer colours every source as Pygments' own does."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers.python import PythonLexer

from grader.report import code

CORPUS = Path(__file__).parents[1] / "corpus"
PIECES = (
    "x", "logits", "_", "match", "case", "case _:", "lazy", "self", "cls", "print", "len", "ValueError", "__init__",
    "__name__", "__doc__", "True", "None", "def f", "class A", "import a.b", "from . import", "from x import y as z",
    "import", "return", "if", "in", "is not", "async for", "yield from", "lambda", "type", "b", "r", "u", "f", "rb",
    "matches", "defined", "naïve", "ĳ", "e\u0301", "a\u00b7b", "²", "x²", "\u0300", "٣", ".٣",
    " ", "  ", "\t", "\n", "\n    ", "\n\t", "\n\n", "\\\n", "\\", "\f", "\u00a0", "\n\u00a0", "\u2028",
    "(", ")", "[", "]", "{", "}", ",", ":", ";", ":=", "=", "==", "!=", "!", "->", "<<", ">>=", "**", "@", "@wraps",
    "-", "~", ".", "...", ".5", "1.", "1.5e-3", "1e5", "0x1F", "0b1", "0o7", "1_000", "1j", "1if", "$", "?", "`", "&lt;",
    '"', "'", '"""', "'''", 'r"', "b'", 'f"', "f'{x!r:>{w}}'", "rf'''", 'Rb"""', "U'", "%d", "{x}", "{{", "# a comment",
    "#!", "'text'", '"""a docstring"""',
)  # fmt: skip


def coloured(source: str, lexer: type[PythonLexer]) -> str:
    return str(highlight(source, lexer(stripnl=False, ensurenl=True), HtmlFormatter(nowrap=True)))


@example("def f():\n    r\"\"\"a docstring\"\"\"\n    Rb'''another'''\n")
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=12).map("".join))
def test_any_text_is_coloured_the_same(source: str) -> None:
    assert coloured(source, code._Quick) == coloured(source, PythonLexer)


def test_every_two_pieces_are_coloured_the_same() -> None:
    for first in PIECES:
        source = "\n".join(f"{first}{second}" for second in PIECES if '"""' not in second and "'''" not in second)
        assert coloured(source, code._Quick) == coloured(source, PythonLexer), first


@pytest.mark.parametrize(
    "folder", sorted({path.parent for path in CORPUS.glob("*/right/*.py")}), ids=lambda path: path.parent.name
)
def test_what_students_wrote_is_coloured_the_same(folder: Path) -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    assert coloured(source, code._Quick) == coloured(source, PythonLexer)
