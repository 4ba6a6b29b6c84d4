"""`grade import nbgrader|otter|notebook`: exercises from other platforms' notebooks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader import course
from grader.commands.exits import FAILED, PASSED
from grader.errors import Mistake

if TYPE_CHECKING:
    from grader.importing import Problem, Source, Written

INTO = click.option(
    "--into",
    "root",
    type=click.Path(path_type=Path, file_okay=False),
    default=".",
    show_default=True,
    help="The course: files go to exercises/ and reference/ in it. Nothing that is there is changed.",
)
LESSON = click.option("--lesson", "-l", help="The lesson's name; default: that of the notebook.")


@click.group(name="import")
def import_course() -> None:
    """Make exercises and references of another platform's notebooks; nothing in them is run.

    What could not be imported is listed, with its cell and the reason. Exit code 1: nothing could.
    """


def _source(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in (LESSON, INTO, click.argument("source", type=click.Path(path_type=Path))):
        function = option(function)
    return function


@import_course.command(name="nbgrader")
@_source
def from_nbgrader(*, source: Path, root: Path, lesson: str | None) -> int:
    """Read nbgrader SOURCE notebooks (metadata of schema 1 to 3): a file, or a folder with some."""
    from grader.importing import read_nbgrader  # noqa: PLC0415

    return _import(source, root, lesson, read_nbgrader)


@import_course.command(name="otter")
@_source
def from_otter(*, source: Path, root: Path, lesson: str | None) -> int:
    """Read otter's master notebooks, and test files in tests/ beside them: a file, or a folder with some."""
    from grader.importing import read_otter  # noqa: PLC0415

    return _import(source, root, lesson, read_otter)


@import_course.command(name="notebook")
@_source
def from_notebook(*, source: Path, root: Path, lesson: str | None) -> int:
    """Read a lesson: each starter cell with an answer, a cell tagged `solution`, directly below it."""
    from grader.importing import read_lesson  # noqa: PLC0415

    return _import(source, root, lesson, read_lesson)


def _import(source: Path, root: Path, lesson: str | None, read: Callable[[Path, str | None], Source]) -> int:
    from grader.class_progress import printable  # noqa: PLC0415
    from grader.importing import write  # noqa: PLC0415
    from grader.importing.cells import notebooks  # noqa: PLC0415

    if lesson is not None and not (lesson.isidentifier() and lesson.isascii()):
        raise Mistake(f"{lesson!r} is no name for a lesson", "Use letters, digits and _: it becomes a folder's name.")
    written: list[Written] = []
    problems: list[Problem] = []
    for path in notebooks(source):
        taken = frozenset(_taken(root))
        ours, theirs = write(read(path, lesson), root, taken)
        written += ours
        problems += theirs
    for line in _lines(written, problems):
        click.echo(printable(line))
    return PASSED if written else FAILED


def _taken(root: Path) -> list[str]:
    if not course.is_course(root):
        return []
    return [name for each in course.load(root).lessons for name in each.exercises]


def _lines(written: Sequence[Written], problems: Sequence[Problem]) -> list[str]:
    lines = []
    for one in written:
        cases = f"{one.scenarios} case{'s' * (one.scenarios != 1)} from asserts"
        lines.append(f"{one.exercise}   {cases}; the answer: {one.reference}")
        lines += [f"    TODO: {todo}" for todo in one.todos]
    if problems:
        lines += ["Not imported, or to be looked at:", *(f"    {problem}" for problem in problems)]
    if written:
        names = " ".join(one.name for one in written)
        lines.append(f"Read the TODOs in the files, then: grade verify {names}")
    else:
        lines.append("Nothing was imported.")
    return lines
