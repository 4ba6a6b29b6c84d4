"""How a class is coming along: a live bar on a terminal, a line a file elsewhere, and what is to be told at the end."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from grader.classroom import Done, said
from grader.errors import Mistake
from grader.gradebook import Change
from grader.intake import Problem, ProblemKind
from grader.model import Outcome, Report
from grader.report.text import of

UNREAD = "not read"
FAILED = "ungraded"
UNCHANGED = "graded before"
"""The same bytes, whoever handed them in."""
ORDER = ("passed", "not all passed", FAILED, UNREAD, UNCHANGED)


class Board:
    """Counts what was told, and shows it."""

    def __init__(self, show: Callable[[Done, Counter[str]], None]) -> None:
        self._show = show
        self.counts: Counter[str] = Counter()
        self.changes: list[Change] = []
        self.lines: list[str] = []

    def tell(self, done: Done) -> None:
        """Take one file's end to the board."""
        self.counts[kind(done)] += 1
        self.changes += [change for change in done.changes if change.before is not None]
        if done.error is not None:
            words = said(done.error)
            self.lines.append(words if done.found.where in words else f"{done.found.where}: {words}")
        self._show(done, self.counts)


def kind(done: Done) -> str:
    """Return what became of a file, in a word or three."""
    if done.error is not None:
        return UNREAD if isinstance(done.error, Mistake) else FAILED
    if done.report is None:
        return UNCHANGED
    outcomes = {result.outcome for result in done.report.results}
    if any(verdict.outcome is Outcome.UNGRADED for result in done.report.results for verdict in result.verdicts):
        return FAILED
    return "passed" if outcomes <= {Outcome.PASSED} else "not all passed"


def summed(counts: Counter[str]) -> str:
    """Return counts as words."""
    return ", ".join(f"{counts[name]} {name}" for name in ORDER if counts[name]) or "nothing"


@contextlib.contextmanager
def board(total: int) -> Iterator[Board]:
    """Yield where each file's end is told: a bar on stderr if that is a terminal, else a line each on stdout."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield Board(lambda done, _: click.echo(_line(done)))
        return
    columns = (
        TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}", justify="right"),
        TimeRemainingColumn(), TextColumn("{task.fields[counts]}", markup=False),
    )  # fmt: skip
    started = time.monotonic()
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=total, rate="", counts="")

        def show(_: Done, counts: Counter[str]) -> None:
            rate = counts.total() / max(time.monotonic() - started, 1e-6)
            progress.update(task, completed=counts.total(), rate=f"{rate:.1f}/s", counts=summed(counts))

        yield Board(show)


def _line(done: Done) -> str:
    who = f"{done.found.student.key}  {done.found.file}"
    if done.error is not None:
        return printable(f"{who}  {kind(done)}")
    return printable(f"{who}  {UNCHANGED if done.report is None else _points(done.report)}")


def _points(report: Report) -> str:
    return of(report.points, report.max_points)


def printable(text: str) -> str:
    """Return one line that a terminal shows as it is: names come from strangers' files."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def problem_lines(problems: Sequence[Problem]) -> list[str]:
    """Return what is amiss with an intake, by kind."""
    return [
        printable(f"{problem.kind}: {problem.text}")
        for kind_ in ProblemKind
        for problem in problems
        if problem.kind is kind_
    ]


def change_lines(changes: Sequence[Change]) -> list[str]:
    """Return who gains or loses what, sorted."""
    lines = []
    for each in sorted(changes, key=lambda change: (change.exercise, change.student)):
        before = each.before or 0.0
        line = f"{each.student}  {each.exercise}  {before:g} -> {each.after:g}  ({each.after - before:+g})"
        words = f"  {each.outcome_before} -> {each.outcome_after}" if each.outcome_before != each.outcome_after else ""
        lines.append(printable(line + words))
    return lines
