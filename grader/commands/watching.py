"""`grade --watch FILE`: a verdict at every save, and what it changes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from grader.commands.exits import INTERRUPTED, MISTAKE
from grader.errors import Mistake
from grader.model import Report
from grader.report import change, terminal

if TYPE_CHECKING:
    from grader.commands.files import Asked
    from grader.course import Course
    from grader.warm import WarmGrader

STEP_MS, DEBOUNCE_MS = 10, 50
"""After the first sign of a save, wait until so long nothing more comes; altogether no longer than the second."""

SETTLE_S = 0.05
"""Some editors empty a file, or take it away, for a moment before it is there again."""

STYLES = {"+": "green", "-": "red", "=": "dim"}


def watch(path: Path, warm: WarmGrader, asked: Asked, *, verbose: bool, quiet: bool) -> int:
    """Grade a file now and at every save, until Ctrl-C. Returns 130, or 2 if the file's folder is gone."""
    console = Console(highlight=False, emoji=False, markup=False)
    before: Report | None = None
    try:
        for _ in _saves(path):
            before = _look(path, warm, asked, _Screen(console, path, verbose=verbose, quiet=quiet), before)
    except KeyboardInterrupt:
        console.print("stopped watching", style="dim")
        return INTERRUPTED
    console.print(f"the folder of {path} is gone; there is nothing left to watch")
    return MISTAKE


class _Screen:
    """Where one verdict is shown."""

    def __init__(self, console: Console, path: Path, *, verbose: bool, quiet: bool) -> None:
        self.console, self.path, self.verbose, self.quiet = console, path, verbose, quiet

    def begin(self) -> None:
        """Clear the terminal, or, where there is none, print a line that parts this verdict from the last."""
        if self.console.is_terminal:
            self.console.clear()
        self.console.rule(Text(f"{self.path.name}  {datetime.now().astimezone():%H:%M:%S}", style="dim"))

    def end(self, lines: Iterable[tuple[str, str]], seconds: float) -> None:
        """Print what has changed, and that the watch goes on."""
        for sign, sentence in lines:
            self.console.print(Text.assemble((sign, f"bold {STYLES[sign]}"), " ", sentence))
        self.console.print(Text(f"{seconds:.2f} s; watching, Ctrl-C leaves", style="dim"))


def _look(path: Path, warm: WarmGrader, asked: Asked, screen: _Screen, before: Report | None) -> Report | None:
    """Grade and show; return the report to compare the next one with."""
    started = time.monotonic()
    try:
        report, course = _settled(lambda: asked.grade(path, warm))
    except Mistake as mistake:
        screen.begin()
        screen.console.print(Text(f"! {mistake.problem}", style="yellow"))
        screen.console.print(Text(f"  {mistake.cure}"))
        screen.end((), time.monotonic() - started)
        return before
    screen.begin()
    terminal.render(report, console=screen.console, verbose=screen.verbose, quiet=screen.quiet)
    whole = _parses(report)
    told = change.lines(change.change(before, report)) if before is not None and whole else ()
    screen.end(told, time.monotonic() - started)
    if not whole:
        return before
    asked.remember([(report, course)])
    return report


def _settled(grade: Callable[[], tuple[Report, Course]]) -> tuple[Report, Course]:
    """Grade; a file that cannot be read in this moment is tried again in the next."""
    try:
        return grade()
    except Mistake:
        time.sleep(SETTLE_S)
        return grade()


def _parses(report: Report) -> bool:
    """Tell whether the file could be read by Python: half-typed code says nothing about the code before it."""
    raised = [cell.raised for cell in report.cells if cell.raised is not None]
    return not any("SyntaxError" in (one.type, *one.bases) for one in raised)


def _saves(path: Path) -> Iterator[None]:
    """Yield at once, and again after each change of the file, until its folder is gone.

    The folder is watched: an editor that writes a new file and renames it would leave a watch on the old one.
    """
    import watchfiles  # noqa: PLC0415 - only here

    path = path.absolute()
    stamp = _stamp(path)
    yield
    watching = watchfiles.watch(
        path.parent,
        watch_filter=lambda _, name: Path(name).name == path.name,
        step=STEP_MS,
        debounce=DEBOUNCE_MS,
        recursive=False,
        rust_timeout=1_000,
        yield_on_timeout=True,
    )
    with suppress(FileNotFoundError):  # the folder went while the first verdict was made
        for _ in watching:
            if not path.parent.is_dir():
                return
            now = _stamp(path)
            if now != stamp:
                stamp = now
                yield


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size
