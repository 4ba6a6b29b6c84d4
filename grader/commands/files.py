"""`grade FILE...`: notebooks and modules."""

from __future__ import annotations

import webbrowser
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader import batch, course, discover
from grader.commands.exits import MISTAKE, complain, exit_code
from grader.commands.options import EXERCISES, LESSON, Setting, setting, start
from grader.errors import Mistake
from grader.model import Report, Submission
from grader.submission import read

if TYPE_CHECKING:
    from grader.report.plugins import Reporter
    from grader.sandbox.server import Starter
    from grader.warm import WarmGrader

STDOUT = "-"

MANY = 20
"""From so many files on the server is made ready for anything: it takes two seconds more, once."""


@click.command(name="file", hidden=True)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@EXERCISES
@LESSON
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write the report to this HTML file.")
@click.option(
    "--report",
    "written",
    multiple=True,
    metavar="NAME=PATH",
    help="Write a report with this reporter, such as gradescope or prairielearn; PATH may be -. May be repeated.",
)
@click.option("--open", "open_html", is_flag=True, help="Open the HTML report in the browser.")
@click.option("--quiet", "-q", is_flag=True, help="Print the score alone.")
@click.option("--show-hidden", is_flag=True, help="Tell of hidden cases all that there is; for instructors.")
@click.option("--verbose", "-v", is_flag=True, help="Print every case, passed ones too.")
@click.option("--watch", "-w", is_flag=True, help="Grade again at every save, until Ctrl-C.")
@click.option("--no-progress", is_flag=True, help="Do not remember the result for `grade list`.")
@setting
def grade_files(  # noqa: PLR0913 - one parameter an option
    *,
    files: tuple[Path, ...],
    exercises: tuple[str, ...],
    lesson: str | None,
    as_json: bool,
    html: Path | None,
    written: tuple[str, ...],
    open_html: bool,
    quiet: bool,
    show_hidden: bool,
    verbose: bool,
    watch: bool,
    no_progress: bool,
    setting: Setting,
) -> int:
    """Grade notebooks and modules."""
    if html is not None and len(files) > 1:
        raise Mistake("--html takes one file's report", "Grade the files one at a time, or leave --html out.")
    if written and len(files) > 1:
        raise Mistake("--report takes one file's report", "Grade the files one at a time, or leave --report out.")
    if watch and (len(files) > 1 or as_json or html or written or open_html):
        raise Mistake("--watch takes one file, and shows it here", "Leave --json, --html and --open out.")
    wanted = [_wanted(words) for words in written]
    starter = start(setting, needs(files), own=len(files) <= 1, server=click.get_current_context().obj)
    try:
        warm, asked = (
            warmed(setting, starter, files, show_hidden=show_hidden),
            Asked(setting.course_dir, lesson, exercises, kept=not no_progress),
        )
        if watch:
            from grader.commands import watching  # noqa: PLC0415

            return watching.watch(files[0], warm, asked, verbose=verbose, quiet=quiet)
        graded, mistakes = _grade(files, warm, asked)
    finally:
        starter.close()
    reports = [report for report, _ in graded]
    page = html or (Path("grade-report.html") if open_html else None)
    mistakes += _write_all(graded, [one for one in wanted if one[1] != STDOUT], page)  # a reader may leave: `| head`
    asked.remember(graded)
    printed = [reporter for reporter, path in wanted if path == STDOUT]
    for reporter in printed if reports else ():
        text = reporter(reports[0])
        click.echo(text, nl=not text.endswith("\n"))
    if not printed:
        _show(reports, as_json=as_json, quiet=quiet, verbose=verbose)
    for mistake in mistakes:
        complain(mistake)
    if open_html and page is not None and page.is_file():
        webbrowser.open(page.absolute().as_uri())
    return MISTAKE if mistakes else max((exit_code(report) for report in reports), default=MISTAKE)


@dataclass(frozen=True)
class Asked:
    """Which exercises of which course a file is graded for, and whether the result is remembered."""

    course_dir: Path | None = None
    lesson: str | None = None
    exercises: tuple[str, ...] = ()
    kept: bool = True

    def grade(self, path: Path, warm: WarmGrader) -> tuple[Report, course.Course]:
        """Read a file and return its report, and the course it belongs to. Raises `Mistake`."""
        submission = read(path)
        found = course.find(path.absolute().parent, self.course_dir)
        names = discover.exercises(submission, found, self.lesson, self.exercises)
        return warm.grade(submission, names, found), found

    def remember(self, done: Iterable[tuple[Report, course.Course]]) -> None:
        """Keep what was reached; what stands in the way is said, and costs nothing else."""
        if not self.kept:
            return
        from grader import progress  # noqa: PLC0415 - after everything has been shown

        mine = progress.mine()
        for report, found in done:
            try:
                mine.record(report, found)
            except Mistake as mistake:
                complain(mistake)
                return


def warmed(setting: Setting, starter: Starter, files: Iterable[Path], *, show_hidden: bool = False) -> WarmGrader:
    """Return the pipeline on these workers; all that the files need is imported here, while the server imports torch."""
    from rich.console import Console  # noqa: F401, PLC0415

    if any(map(_is_notebook, files)):
        from grader.sandbox import notebook  # noqa: F401, PLC0415

    from grader.sandbox.bench import Bench  # noqa: PLC0415
    from grader.warm import WarmGrader  # noqa: PLC0415

    return WarmGrader(Bench(starter), setting.cache(), setting.seed, show_hidden=show_hidden)


def _grade(
    files: tuple[Path, ...], warm: WarmGrader, asked: Asked
) -> tuple[list[tuple[Report, course.Course]], list[Mistake]]:
    """Grade the files, as many at once as there are cores; one that cannot be read costs only itself."""

    def grade(path: Path) -> tuple[Report, course.Course] | Mistake:
        try:
            return asked.grade(path, warm)
        except Mistake as mistake:
            return mistake

    ends = batch.at_once(grade, files, stop=warm.bench.starter.close)
    mistakes = [end for end in ends if isinstance(end, Mistake)]
    return [end for end in ends if not isinstance(end, Mistake)], mistakes


def needs(files: Sequence[Path]) -> tuple[str, ...]:
    """Return what the server must import besides torch, from the look of the files."""
    notebooks = list(filter(_is_notebook, files))
    needs: tuple[str, ...] = ("notebook",) if notebooks else ()
    plotting = sum(map(_mentions_plots, notebooks))
    needs += ("plots",) if plotting else ()
    needs += ("drawing",) if plotting > 1 else ()
    return needs + (("training", "many") if len(files) >= MANY else ())


def _is_notebook(path: Path) -> bool:
    return path.suffix.lower() == ".ipynb"


def _mentions_plots(path: Path) -> bool:
    try:
        submission: Submission = read(path)
    except Mistake:
        return False
    return any("matplotlib" in cell.source for cell in submission.cells)


def _show(reports: list[Report], *, as_json: bool, quiet: bool, verbose: bool) -> None:
    if as_json:
        from grader.report import json as json_report  # noqa: PLC0415

        for report in reports:
            click.echo(json_report.render(report))
        return
    from rich.console import Console  # noqa: PLC0415

    from grader.report import terminal  # noqa: PLC0415

    console = Console(highlight=False, emoji=False, markup=False)
    for report in reports:
        if len(reports) > 1:
            console.print(f"\n{report.submission}", style="bold")
        terminal.render(report, console=console, verbose=verbose, quiet=quiet)


def _wanted(words: str) -> tuple[Reporter, str]:
    """Return the reporter and the path of `NAME=PATH`; a wrong name is told before anything is graded."""
    from grader.report import plugins  # noqa: PLC0415

    name, sign, path = words.partition("=")
    if not (name and sign and path):
        raise Mistake(f"--report {words} does not say where to", f"Write --report {name or 'NAME'}=PATH.")
    return plugins.load(name), path


def _write_all(
    graded: Sequence[tuple[Report, course.Course]], wanted: Iterable[tuple[Reporter, str]], page: Path | None
) -> list[Mistake]:
    """Write what was asked for of the first report; return what could not be written, and why."""
    if not graded:
        return []
    report, found = graded[0]
    tasks = [(partial(reporter, report), path) for reporter, path in wanted]
    if page is not None:
        from grader.report import html as html_report  # noqa: PLC0415

        tasks.append((partial(html_report.render, report, found.templates), str(page)))
    mistakes = []
    for render, path in tasks:
        try:
            _write(render(), path)
        except Mistake as mistake:
            mistakes.append(mistake)
    return mistakes


def _write(text: str, path: str) -> None:
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise Mistake(f"the report cannot be written to {path}: {error.strerror}", "Give another path.") from None
    click.echo(f"report: {path}", err=True)
