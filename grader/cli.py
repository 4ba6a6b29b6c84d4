"""The command line: parse, call, print, exit code. The only place that catches this package's errors."""

from __future__ import annotations

import sys
import tempfile
import traceback
import webbrowser
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from grader import __version__, class_commands, course, discover
from grader.cache import Cache
from grader.errors import GraderError, Mistake
from grader.model import Exercise, Outcome, Report, Submission
from grader.sandbox.isolation import decide
from grader.sandbox.line import SandboxError
from grader.sandbox.server import ForkServer, Spawner, Starter, can_fork
from grader.submission import read

PASSED, FAILED, MISTAKE, UNGRADED, INTERRUPTED = 0, 1, 2, 3, 130
MANY = 20
"""From so many files on the server is made ready for anything: it takes two seconds more, once."""


class Shortest(click.Group):
    """A group whose first word may be a file, or a folder: `grade mytask.ipynb` is `grade file mytask.ipynb`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the hidden command in front of anything that is not a command's name or the group's own option."""
        if args and args[0] not in self.commands and args[0] not in {"--help", "-h", "--version"}:
            args = ["class" if class_commands.is_class(args[0]) else "file", *args]
        return super().parse_args(ctx, args)


@click.group(
    cls=Shortest,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="grade")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Grade PyTorch exercises: `grade mytask.ipynb`.

    FILE is a notebook or a .py file. Outputs and gradients are compared with a reference on drawn inputs, in a sandbox.
    `grade DIR` grades a whole class: see `grade class --help`.
    """
    if ctx.invoked_subcommand is None:
        click.echo(_welcome())


def _welcome() -> str:
    found = course.find(Path.cwd())
    lessons = "\n".join(f"  {lesson.name}: {len(lesson.exercises)} exercises" for lesson in found.lessons)
    return (
        f"The course in {found.root} has\n{lessons}\n\n"
        "Grade your work   grade mytask.ipynb\n"
        "Start an exercise grade new EXERCISE\n"
        "See them all      grade list\n"
        "All options       grade --help"
    )


@dataclass(frozen=True)
class Options:
    """What was asked for on the command line."""

    course: Path | None
    lesson: str | None
    exercises: tuple[str, ...]
    seed: int
    starter: str
    use_cache: bool
    isolation: str


def _sandbox_options(function: Any) -> Any:
    for option in (
        click.option(
            "--course", "course_dir", type=click.Path(path_type=Path), help="A folder with exercises/ and reference/."
        ),
        click.option("--seed", type=int, default=0, show_default=True, help="Draws the inputs."),
        click.option(
            "--starter",
            type=click.Choice(["auto", "fork", "spawn"]),
            default="auto",
            help="How workers are started; spawn works everywhere and is slower.",
        ),
        click.option(
            "--isolation",
            type=click.Choice(["auto", "full", "floor", "none"]),
            default="auto",
            show_default=True,
            help="How strictly submissions are confined; `grade doctor` says what this machine can do.",
        ),
        click.option("--no-cache", is_flag=True, help="Observe the reference again."),
    ):
        function = option(function)
    return function


@cli.command(name="file", hidden=True)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--exercise", "-e", "exercises", multiple=True, help="Grade this exercise; may be repeated.")
@click.option("--lesson", "-l", help="Grade every exercise of this lesson.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write the report to this HTML file.")
@click.option("--open", "open_html", is_flag=True, help="Open the HTML report in the browser.")
@click.option("--quiet", "-q", is_flag=True, help="Print the score alone.")
@click.option("--verbose", "-v", is_flag=True, help="Print every case, passed ones too.")
@_sandbox_options
def grade_files(  # noqa: PLR0913, PLR0917 - one parameter an option
    files: tuple[Path, ...],
    exercises: tuple[str, ...],
    lesson: str | None,
    as_json: bool,
    html: Path | None,
    open_html: bool,
    quiet: bool,
    verbose: bool,
    course_dir: Path | None,
    seed: int,
    starter: str,
    no_cache: bool,
    isolation: str,
) -> int:
    """Grade notebooks and modules."""
    options = Options(course_dir, lesson, exercises, seed, starter, not no_cache, isolation)
    if html is not None and len(files) > 1:
        raise Mistake("--html takes one file's report", "Grade the files one at a time, or leave --html out.")
    reports, mistakes = _grade(files, options, click.get_current_context().obj)
    _show(reports, as_json=as_json, quiet=quiet, verbose=verbose)
    for mistake in mistakes:
        _complain(mistake)
    if reports and (html is not None or open_html):
        _write_html(reports[0], html or Path("grade-report.html"), open_html=open_html)
    return MISTAKE if mistakes else max((_exit_code(report) for report in reports), default=MISTAKE)


@cli.command(name="list")
@click.option(
    "--course", "course_dir", type=click.Path(path_type=Path), help="A folder with exercises/ and reference/."
)
def list_exercises(course_dir: Path | None) -> None:
    """Show the course's lessons and exercises."""
    from grader import commands  # noqa: PLC0415

    click.echo(commands.listing(course.find(Path.cwd(), course_dir)))


@cli.command()
@click.argument("name", metavar="EXERCISE|LESSON")
@_sandbox_options
def new(name: str, course_dir: Path | None, seed: int, starter: str, no_cache: bool, isolation: str) -> None:
    """Write a starter file for an exercise, or a lesson's notebook, into this folder."""
    from grader import commands  # noqa: PLC0415

    found = course.find(Path.cwd(), course_dir)
    exercise = None
    if name not in {lesson.name for lesson in found.lessons}:
        found.exercise_file(name)
        options = Options(course_dir, None, (name,), seed, starter, not no_cache, isolation)
        exercise = _load_one(name, found, options)
    path = commands.start(name, found, exercise, Path.cwd())
    click.echo(f"{path.name} is ready. Fill it in, then: grade {path.name}")


@cli.command()
def doctor() -> None:
    """Say which isolation layers work on this machine, why the others do not, and what to do."""
    from grader.sandbox import doctor as probing  # noqa: PLC0415

    for layer, works, why, cure in probing.rows(probing.probe()):
        click.echo(f"{layer:<12}{works}" + (f"   {why}" if why else ""))
        if cure:
            click.echo(f"{'':12}     {cure}")


@cli.command()
@click.argument("rule", metavar="ID")
@click.option(
    "--course", "course_dir", type=click.Path(path_type=Path), help="A folder with exercises/ and reference/."
)
def explain(rule: str, course_dir: Path | None) -> None:
    """Say what a finding means, why it is wrong, and how to mend it."""
    from grader import commands  # noqa: PLC0415

    commands.say(commands.explanation(rule, course.find(Path.cwd(), course_dir)))


@cli.command()
@click.argument("exercises", nargs=-1, metavar="[EXERCISE...]")
@click.option(
    "--course", "course_dir", type=click.Path(path_type=Path), help="A folder with exercises/ and reference/."
)
@click.option("--jobs", "-j", type=click.IntRange(min=1), help="Work on so many things at once; default: cores.")
@click.option(
    "--seeds", type=click.IntRange(min=1), default=50, show_default=True, help="Try the reference on so many."
)
@click.option(
    "--corpus",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder with EXERCISE/right/*.py and EXERCISE/wrong/*.py; default: COURSE/tests/corpus.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("--no-mutants", is_flag=True, help="Leave the mutants of the reference out.")
def verify(  # noqa: PLR0913, PLR0917 - one parameter an option
    exercises: tuple[str, ...],
    course_dir: Path | None,
    jobs: int | None,
    seeds: int,
    corpus: Path | None,
    as_json: bool,
    no_mutants: bool,
) -> int:
    """Check exercises, for their authors: references, misconceptions, a corpus of solutions, and mutants."""
    from grader.sandbox.bench import Bench  # noqa: PLC0415
    from grader.verify import show, verify  # noqa: PLC0415
    from grader.verify.run import settings  # noqa: PLC0415

    found = course.find(Path.cwd(), course_dir)
    asked = settings(found, corpus, jobs=jobs, seeds=seeds, mutants=not no_mutants)
    names = exercises or tuple(name for lesson in found.lessons for name in lesson.exercises)
    starter = _start((), Options(course_dir, None, names, 0, "auto", use_cache=False, isolation="auto"), None)
    try:
        with show.bar() as progress:
            verification = verify(names, found, Bench(starter), asked, progress)
    finally:
        starter.close()
    show.write(verification, as_json=as_json)
    return PASSED if verification.well else FAILED


class_commands.register(cli, _sandbox_options)


def _load_one(name: str, found: course.Course, options: Options) -> Exercise:
    from grader.catalogue import load  # noqa: PLC0415
    from grader.sandbox.bench import Bench  # noqa: PLC0415

    starter = _start((), options, None)
    try:
        return load([name], found, Bench(starter), Cache(_cache_folder() if options.use_cache else None))[0]
    finally:
        starter.close()


def _grade(files: tuple[Path, ...], options: Options, server: ForkServer | None) -> tuple[list[Report], list[Mistake]]:
    """Grade each file; one that cannot be read costs only itself."""
    starter = _start(files, options, server)
    try:
        from rich.console import Console  # noqa: F401, PLC0415 - all of this comes while the server imports torch

        from grader import grade as pipeline  # noqa: PLC0415
        from grader.catalogue import load  # noqa: PLC0415
        from grader.sandbox.bench import Bench  # noqa: PLC0415

        bench, cache = Bench(starter), Cache(_cache_folder() if options.use_cache else None)
        tasks: dict[tuple[Path, str], Any] = {}
        reports, mistakes = list[Report](), list[Mistake]()
        for path in files:
            try:
                submission = read(path)
                found = course.find(path.absolute().parent, options.course)
                names = discover.exercises(submission, found, options.lesson, options.exercises)
                for exercise in load([name for name in names if (found.root, name) not in tasks], found, bench, cache):
                    if exercise.trains and isinstance(starter, ForkServer):
                        starter.warm(["training"])
                    tasks[found.root, exercise.id] = pipeline.prepare(exercise, found, options.seed, bench, cache)
                wanted = tuple(tasks[found.root, name] for name in names)
                reports.append(pipeline.grade(submission, wanted, options.seed, bench))
            except Mistake as mistake:
                mistakes.append(mistake)
        return reports, mistakes
    finally:
        starter.close()


def _start(files: tuple[Path, ...], options: Options, server: ForkServer | None) -> Starter:
    """Return the server that is already importing torch, or a starter of the kind asked for."""
    if options.starter == "spawn" or (options.starter == "auto" and not can_fork()):
        return Spawner(lambda: decide(options.isolation, own=len(files) <= 1))
    server = server or ForkServer(isolation=lambda: decide(options.isolation, own=len(files) <= 1))
    server.warm(_needs(files))
    return server


def _needs(files: tuple[Path, ...]) -> tuple[str, ...]:
    """Return what the server must import besides torch, from the look of the files."""
    notebooks = [path for path in files if path.suffix.lower() == ".ipynb"]
    needs: tuple[str, ...] = ("notebook",) if notebooks else ()
    needs += ("plots",) if any(_mentions_plots(path) for path in notebooks) else ()
    return needs + (("training", "many") if len(files) >= MANY else ())


def _mentions_plots(path: Path) -> bool:
    try:
        submission: Submission = read(path)
    except Mistake:
        return False
    return any("matplotlib" in cell.source for cell in submission.cells)


def _cache_folder() -> Path:
    import platformdirs  # noqa: PLC0415

    return Path(platformdirs.user_cache_dir("grader"))


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


def _write_html(report: Report, path: Path, *, open_html: bool) -> None:
    from grader.report import html as html_report  # noqa: PLC0415

    try:
        path.write_text(html_report.render(report), encoding="utf-8")
    except OSError as error:
        raise Mistake(f"the report cannot be written to {path}: {error.strerror}", "Give another path.") from None
    click.echo(f"report: {path}", err=True)
    if open_html:
        webbrowser.open(path.absolute().as_uri())


def _exit_code(report: Report) -> int:
    outcomes = {verdict.outcome for result in report.results for verdict in result.verdicts}
    if Outcome.UNGRADED in outcomes:
        return UNGRADED
    return PASSED if outcomes <= {Outcome.PASSED} else FAILED


def _complain(mistake: GraderError) -> None:
    problem, cure = (mistake.problem, mistake.cure) if isinstance(mistake, Mistake) else (str(mistake), "")
    click.echo(f"grade: {problem}", err=True)
    if cure:
        click.echo(f"       {cure}", err=True)


def main(args: list[str] | None = None, server: ForkServer | None = None) -> int:
    """Run the command line and return the exit code; every error that was foreseen becomes a sentence here.

    `server` is a fork server that was started earlier; it is used for grading.
    """
    try:
        return int(cli.main(args, prog_name="grade", standalone_mode=False, obj=server) or PASSED)
    except click.exceptions.Abort:
        return INTERRUPTED
    except KeyboardInterrupt:
        click.echo("grade: interrupted", err=True)
        return INTERRUPTED
    except click.ClickException as error:
        error.show(sys.stderr)
        return MISTAKE
    except Mistake as mistake:
        _complain(mistake)
        return MISTAKE
    except SandboxError as error:
        _complain(error)
        return UNGRADED
    except GraderError as error:
        _complain(error)
        return UNGRADED
    except Exception:
        click.echo(f"grade: the grader itself failed; nothing was graded. Please report {_written_down()}", err=True)
        return UNGRADED


def _written_down() -> str:
    """Write the current exception's traceback to a file of its own and return the path."""
    with tempfile.NamedTemporaryFile("w", prefix="grader-failure-", suffix=".txt", delete=False) as file:
        traceback.print_exc(file=file)
    return file.name
