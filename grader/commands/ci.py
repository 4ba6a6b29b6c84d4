"""`grade ci`: the same verdicts, told where a course repository's CI shows them."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader import batch, course
from grader.commands.exits import MISTAKE, complain, exit_code
from grader.commands.files import Asked, needs, warmed
from grader.commands.options import EXERCISES, LESSON, Setting, setting, start
from grader.errors import Mistake
from grader.model import Report
from grader.report.graded import Graded
from grader.sandbox.line import SandboxError

if TYPE_CHECKING:
    from grader.warm import WarmGrader

MOST_FILES = 1000


@click.command(name="ci")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE|DIR...")
@EXERCISES
@LESSON
@click.option(
    "--summary", type=click.Path(path_type=Path), help="Add Markdown to this file; default: GitHub's summary."
)
@click.option("--junit", type=click.Path(path_type=Path), help="Write JUnit XML to this file.")
@click.option("--annotations/--no-annotations", default=None, help="Print GitHub's annotations; default: on GitHub.")
@setting
def grade_ci(  # noqa: PLR0913 - one parameter an option
    *,
    paths: tuple[Path, ...],
    exercises: tuple[str, ...],
    lesson: str | None,
    summary: Path | None,
    junit: Path | None,
    annotations: bool | None,
    setting: Setting,
) -> int:
    """Grade hand-ins in a CI job: a summary, annotations, JUnit XML, GitHub Classroom's result.

    Of a folder, every notebook and module that answers an exercise is graded. Exit codes: 0 all passed; 1 some did not;
    2 a mistake in a file or flag; 3 something could not be graded, which is never the student's fault.
    """
    files = hand_ins(paths, setting.course_dir, chosen=bool(exercises or lesson))
    starter = start(setting, needs(files), own=False, server=click.get_current_context().obj)
    try:
        asked = Asked(setting.course_dir, lesson, exercises)
        warm = warmed(setting, starter, files)
        graded = batch.at_once(lambda path: (path, _graded(path, asked, warm)), files, stop=starter.close)
    except SandboxError as error:  # told as ours wherever somebody looks; the command line says the rest
        problem = f"The grader could not work here, which is not your fault: {str(error).partition(chr(10))[0]}"
        cure = "Run the job again; `grade doctor` says what this machine lacks."
        _tell([Graded(_named(path), None, problem, cure, ours=True) for path in files], summary, junit, annotations)
        raise
    finally:
        starter.close()
    for _, found in graded:
        if isinstance(found, Mistake):
            complain(found)
    told = [_told(path, found) for path, found in graded]
    _tell(told, summary, junit, annotations)
    if any(isinstance(found, Mistake) for _, found in graded):
        return MISTAKE
    return max(exit_code(one.report) for one in told if one.report is not None)


def _graded(path: Path, asked: Asked, warm: WarmGrader) -> Report | Mistake:
    """Grade a file; one that cannot be read costs only itself."""
    try:
        return asked.grade(path, warm)[0]
    except Mistake as mistake:
        return mistake


def hand_ins(paths: Sequence[Path], course_dir: Path | None, *, chosen: bool) -> tuple[Path, ...]:
    """Return the files to grade: those named, and of folders all that answer an exercise. Raises `Mistake` if none do.

    `chosen` tells that the exercises are named, so that a folder's files are not asked what they answer.
    """
    found: list[Path] = []
    for path in paths:
        found += _in_folder(path, course_dir, chosen=chosen) if path.is_dir() else [path]
    if not found:
        raise Mistake(
            f"nothing in {', '.join(map(str, paths))} answers an exercise of this course",
            "Name the file, or the exercise with --exercise; `grade list` shows all.",
        )
    return tuple(dict.fromkeys(found))


def _in_folder(folder: Path, course_dir: Path | None, *, chosen: bool) -> list[Path]:
    found, files = list[Path](), _files(folder)
    for path in files:
        near = course.find(path.absolute().parent, course_dir)
        parts = path.absolute().relative_to(near.root.absolute()).parts if _inside(path, near.root) else ()
        if parts and parts[0] in course.OURS:
            continue
        if chosen or _concerns(path, near):
            found.append(path)
    return found


def _concerns(path: Path, near: course.Course) -> bool:
    """Tell whether a file has to do with the course; one that cannot be read is told of."""
    from grader import discover  # noqa: PLC0415
    from grader.submission import read  # noqa: PLC0415

    try:
        return discover.concerns(read(path), near)
    except Mistake:
        return True


def _files(folder: Path) -> list[Path]:
    found = []
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith((".", "__")) for part in path.relative_to(folder).parts)
        if path.suffix.lower() in {".py", ".ipynb"} and path.is_file() and not hidden:
            found.append(path)
    if len(found) > MOST_FILES:
        raise Mistake(
            f"{folder} has {len(found)} notebooks and modules; at most {MOST_FILES} are looked at",
            "Name a folder in it.",
        )
    return found


def _inside(path: Path, root: Path) -> bool:
    return path.absolute().is_relative_to(root.absolute())


def _named(path: Path) -> str:
    """Return a file's path as its repository knows it."""
    root = Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd())
    return (path.absolute().relative_to(root) if _inside(path, root) else path).as_posix()


def _told(path: Path, found: Report | Mistake) -> Graded:
    if isinstance(found, Mistake):
        return Graded(_named(path), None, found.problem, found.cure)
    return Graded(_named(path), found)


def _tell(told: Sequence[Graded], summary: Path | None, junit: Path | None, annotations: bool | None) -> None:
    on_github = os.environ.get("GITHUB_ACTIONS") == "true"
    _print(told, annotations=on_github if annotations is None else annotations)
    _write(told, summary, junit)


def _print(told: Sequence[Graded], *, annotations: bool) -> None:
    """Print the reports as in a terminal, and then what the runner is to read: no command in the former is obeyed."""
    from rich.console import Console  # noqa: PLC0415

    from grader.report import annotations as commands  # noqa: PLC0415
    from grader.report import terminal  # noqa: PLC0415

    page = StringIO()
    console = Console(file=page, width=100, highlight=False, emoji=False, markup=False)
    for one in told:
        if one.report is not None:
            console.print(f"\n{one.path}", style="bold")
            terminal.render(one.report, console=console)
    if not annotations:
        click.echo(page.getvalue().rstrip())
        return
    click.echo(commands.fenced(page.getvalue(), secrets.token_hex(16)), nl=False)
    click.echo(commands.render_all(told), nl=False)


def _write(told: Sequence[Graded], summary: Path | None, junit: Path | None) -> None:
    from grader.report import github_classroom  # noqa: PLC0415
    from grader.report import junit as xml  # noqa: PLC0415
    from grader.report import summary as markdown  # noqa: PLC0415

    place = summary or _given("GITHUB_STEP_SUMMARY")
    if place is not None:
        _put(place, markdown.render_all(told), add=True)
    if junit is not None:
        _put(junit, xml.render_all(told))
    output = _given("GITHUB_OUTPUT")
    if output is not None:
        _put(output, f"result={github_classroom.render_all(told)}\n", add=True)


def _given(variable: str) -> Path | None:
    value = os.environ.get(variable)
    return Path(value) if value else None


def _put(path: Path, text: str, *, add: bool = False) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a" if add else "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise Mistake(f"{path} cannot be written: {error.strerror}", "Give another path.") from None
