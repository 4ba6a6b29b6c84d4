"""`grade hint EXERCISE`: one hint at a time, each a little more than the one before."""

from __future__ import annotations

from pathlib import Path

import click

from grader import course, progress
from grader.commands.exits import complain
from grader.commands.options import Setting, load_one, setting
from grader.course import Course
from grader.errors import Mistake

KINDS = ("a nudge", "a pointer", "a step")


@click.command()
@click.argument("exercise", metavar="EXERCISE")
@click.option("--all", "everything", is_flag=True, help="Show all hints; which one is next stays as it is.")
@click.option("--reset", is_flag=True, help="Begin with the first hint again.")
@setting
def hint(*, exercise: str, everything: bool, reset: bool, setting: Setting) -> None:
    """Give the next hint for an exercise: a nudge, then a pointer, then a step."""
    found = course.find(Path.cwd(), setting.course_dir)
    found.exercise_file(exercise)
    hints = load_one(exercise, found, setting).hints
    if not hints:
        raise Mistake(f"{exercise} has no hints", "Its statement says what is asked: `grade new` writes it down.")
    if everything:
        _say(exercise, hints, range(len(hints)))
        return
    given = 0 if reset else _given(found, exercise)
    number = min(given, len(hints) - 1)
    _say(exercise, hints, range(number, number + 1))
    _keep(found, exercise, number + 1)
    click.echo(_after(exercise, number + 1, len(hints), again=given >= len(hints)))


def _given(course: Course, exercise: str) -> int:
    try:
        reached = progress.mine().of(course).get(exercise)
    except Mistake as mistake:
        complain(mistake)
        return 0
    return reached.hints if reached else 0


def _keep(course: Course, exercise: str, number: int) -> None:
    try:
        progress.mine().hint(course, exercise, number)
    except Mistake as mistake:
        complain(mistake)


def _say(exercise: str, hints: tuple[str, ...], numbers: range) -> None:
    from rich.console import Console  # noqa: PLC0415

    from grader.report.terminal import marked  # noqa: PLC0415

    console = Console(highlight=False, emoji=False, markup=False)
    for number in numbers:
        kind = f", {KINDS[number]}" if len(hints) == len(KINDS) else ""
        console.print(f"{exercise}: hint {number + 1} of {len(hints)}{kind}", style="bold")
        console.print(marked(hints[number]))


def _after(exercise: str, number: int, most: int, *, again: bool) -> str:
    if progress.mine().folder is None:
        return f"All of them: grade hint {exercise} --all"
    if number < most:
        return f"Try it first. The next one: grade hint {exercise}"
    said = "You have seen them all" if again else "That was the last one"
    return f"{said}: --all shows them together, --reset begins again."
