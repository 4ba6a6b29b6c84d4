"""What the browser is shown: which reports, and reports of which every string means harm."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from grader.model import Array, Report
from tests.snapshots import reports

HAND_MADE = ("usual", "everything", "perfect", "empty", "repeated")

ACT = "window.acted=1"
PAYLOADS = {
    "script": f"<script>{ACT}</script></script></style></title></textarea><script>{ACT}</script>",
    "element": f"<img src=x onerror={ACT}><svg onload={ACT}><iframe srcdoc='<script>parent.acted=1</script>'></iframe>",
    "attribute": f"\"><b onmouseover={ACT}>' autofocus onfocus={ACT} x=' \" onclick=\"{ACT}",
    "address": f"[text](javascript:{ACT}) <javascript:{ACT}> [x]: data:text/html,<script>{ACT}</script> ![i](https://evil.example/i.png)",
    "mathml": f"$\\text{{<img src=x onerror={ACT}>}}$ $$\\href{{javascript:{ACT}}}{{x}}$$ <math><mtext><script>{ACT}</script></mtext></math>",
    "markdown": f"# <h1 onclick={ACT}> `code` **bold** ``` \n\n```html\n<script>{ACT}</script>\n```\n\n| a |\n|---|\n| <img src=x> |\n",
    "style": f"</style><style>@import url(https://evil.example/x.css)</style><link rel=stylesheet href=//evil.example><base href=//evil.example> {ACT}",
    "comment": f"--><!--<script>{ACT}</script>--> ]]> <![CDATA[ <script>{ACT}</script> ]]> <!doctype html>",
    "template": "{{ 7*7 }} {% include 'header.html' %} {{ self.__init__.__globals__ }} {0.__class__} {x!r} <b>%s</b>",
    "invisible": "abc\u202edef\u2066ghi\u2069\u200b\u200f\x1b[31mred\x1b[0m\x1b]8;;https://evil.example\x07link\x1b]8;;\x07\x00\x9b1m <b>",
    "form": f"<form action=https://evil.example><input name=a autofocus onfocus={ACT}><button>send</button></form><object data=x><embed src=x>",
}  # fmt: skip

_Any = TypeVar("_Any")


def poisoned(report: Report, payload: str) -> Report:
    """Return the report with every string of it, whatever it is for, replaced by the payload.

    A rule's own name is kept apart from the others', so that its words are still found.
    """
    cell = reports.CellNote(where="cell 1", status=reports.Status.RAISED, line=1, output="x",
                            excerpt=reports.Excerpt(where="cell 1", line=1, source="x", marked=(1,)),
                            raised=reports.Raised(type="x", bases=("x",), message="x"))  # fmt: skip
    return _replaced(msgspec.structs.replace(report, cells=(cell, *report.cells)), payload)


def _replaced(value: _Any, payload: str) -> _Any:
    made: Any = value
    if isinstance(value, msgspec.Struct):
        made = type(value)(**{name: _replaced(getattr(value, name), payload) for name in value.__struct_fields__})
    elif isinstance(value, tuple):
        made = tuple(_replaced(each, payload) for each in value)
    elif type(value) is str:  # not an enum's member
        made = payload
    assert isinstance(made, (msgspec.Struct, tuple, str, int, float, Array, type(None)))
    return made
