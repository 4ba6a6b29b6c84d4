"""A report inside a notebook: compact HTML that reads well with its style and without, and the same as text."""

from __future__ import annotations

import io
from typing import NamedTuple

from markupsafe import Markup
from rich.console import Console
from rich.text import Text

from grader.model import Report
from grader.report import html, terminal
from grader.report.step import first_step

WIDTH = 88


class Notice(NamedTuple):
    """Something to know before the verdict: a headline, reasons, and what to do."""

    title: str
    reasons: tuple[str, ...]
    cure: str


def render(report: Report, notices: tuple[Notice, ...] = ()) -> str:
    """Return HTML for a notebook's output: no script, nothing fetched, every style rule below one class.

    It is saved with the notebook at every check, so of all figures it holds those of the first case to mend.
    """
    environment = html.environment_of()
    return environment.get_template("inline.html").render(
        report=report,
        notices=notices,
        css=Markup(environment.get_template("inline.css").render()),  # noqa: S704 - a template, not a value of the report
        step=first_step(report),
        texts={rule.id: rule for rule in report.texts},
    )


def text(report: Report, notices: tuple[Notice, ...] = (), *, colour: bool = False) -> str:
    """Return what a terminal shows."""
    file = io.StringIO()
    console = Console(file=file, width=WIDTH, force_terminal=colour, no_color=not colour, emoji=False, highlight=False)
    for notice in notices:
        console.print(Text.assemble(("! ", "bold yellow"), (notice.title, "bold")))
        for line in (*(f"- {reason}" for reason in notice.reasons), notice.cure):
            if line:
                console.print(Text(f"  {line}"))
        console.print()
    terminal.render(report, console=console)
    return file.getvalue().rstrip("\n")
