"""What `grader.check` returns: text and HTML that came from the service, or a sentence."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from typing import Any

TEXT, HTML = "text/plain", "text/html"


@dataclass(frozen=True)
class Answer:
    """A verdict as it is shown. `passed` tells whether every case of every exercise passed."""

    text: str
    html: str = field(default="", repr=False)
    passed: bool = False
    points: float = 0.0
    max_points: float = 0.0

    def __repr__(self) -> str:
        return self.text

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text("..." if cycle else self.text)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        kinds = {TEXT: self.text, HTML: self.html or f"<p>{html.escape(self.text)}</p>"}
        return {
            kind: shown
            for kind, shown in kinds.items()
            if (not include or kind in include) and not (exclude and kind in exclude)
        }


def sentence(problem: str, cure: str = "") -> Answer:
    """Return an answer that holds no verdict, only why there is none and what to do."""
    shown = f"<p><b>{html.escape(problem)}</b>{'<br>' if cure else ''}{html.escape(cure)}</p>".replace("\n", "<br>")
    return Answer(text=f"{problem}\n{cure}" if cure else problem, html=shown)
