"""What a course offers: `grade list`, `grade new`, `grade explain`."""

from __future__ import annotations

from pathlib import Path

import click

from grader import course, findings, starters
from grader.commands.options import COURSE, Setting, load_one, setting
from grader.course import Course
from grader.errors import Mistake
from grader.expected import misconceptions_in
from grader.misconceptions import PREFIX
from grader.model import RuleText


@click.command(name="list")
@COURSE
def list_exercises(course_dir: Path | None) -> None:
    """Show the course's lessons and exercises."""
    click.echo(listing(course.find(Path.cwd(), course_dir)))


@click.command()
@click.argument("name", metavar="EXERCISE|LESSON")
@setting
def new(*, name: str, setting: Setting) -> None:
    """Write a starter file for an exercise, or a lesson's notebook, into this folder."""
    found = course.find(Path.cwd(), setting.course_dir)
    exercise = None
    if name not in {lesson.name for lesson in found.lessons}:
        found.exercise_file(name)
        exercise = load_one(name, found, setting)
    path = starters.start(name, found, exercise, Path.cwd())
    click.echo(f"{path.name} is ready. Fill it in, then: grade {path.name}")


@click.command()
@click.argument("rule", metavar="ID")
@COURSE
def explain(rule: str, course_dir: Path | None) -> None:
    """Say what a finding means, why it is wrong, and how to mend it."""
    say(explanation(rule, course.find(Path.cwd(), course_dir)))


def listing(course: Course) -> str:
    """Return every lesson with its exercises and their titles."""
    lines = []
    for lesson in course.lessons:
        lines.append(f"{lesson.name}: {lesson.title}")
        width = max(len(name) for name in lesson.exercises)
        for name in lesson.exercises:
            lines.append(f"  {name:<{width}}  {_title(course.exercise_file(name))}")
    return "\n".join(lines)


def _title(path: Path) -> str:
    """Return the first line of a file's docstring, read as text: no exercise file is run for a list."""
    import ast  # noqa: PLC0415

    try:
        text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    except (SyntaxError, UnicodeDecodeError):
        return "(this file does not parse; `grade verify` says why)"
    return text.partition("\n")[0].rstrip(".")


def explanation(rule: str, course: Course) -> RuleText:
    """Return what a rule or a misconception means; raises `Mistake` with close ids."""
    found = findings.texts({rule})
    if found:
        return found[0]
    known = _misconceptions(course)
    if rule in known:
        return known[rule]
    import difflib  # noqa: PLC0415 - only for this message

    ids = [*findings.ids(), *known]
    close = difflib.get_close_matches(rule, ids, n=3, cutoff=0.4)
    raise Mistake(f"there is no finding {rule!r}", f"Did you mean {' or '.join(close)}?" if close else _all(ids))


def _all(ids: list[str]) -> str:
    return "There are: " + ", ".join(name for name in ids if not name.startswith(PREFIX))


def _misconceptions(course: Course) -> dict[str, RuleText]:
    texts: dict[str, RuleText] = {}
    for lesson in course.lessons:
        for name in lesson.exercises:
            path = course.root / "reference" / lesson.name / f"{name}.py"
            if path.is_file():
                for mistake, sentence in _sentences(path).items():
                    title = f"A known mistake in {name}: {mistake.replace('_', ' ')}"
                    text = RuleText(id=f"{PREFIX}{mistake}", title=title, message=sentence, why="", mend="")
                    texts.setdefault(text.id, text)
    return texts


def _sentences(path: Path) -> dict[str, str]:
    try:
        return misconceptions_in(path.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError):  # `grade verify` says what is wrong with it
        return {}


def say(text: RuleText) -> None:
    """Print a rule's words."""
    from rich.console import Console  # noqa: PLC0415
    from rich.markdown import Markdown  # noqa: PLC0415

    console = Console(highlight=False)
    console.print(f"{text.id}: {text.title}", style="bold", markup=False)
    for heading, body in (("", text.message), ("Why", text.why), ("What to do", text.mend)):
        if body:
            console.print(f"\n{heading}" if heading else "", style="bold")
            console.print(Markdown(body))
    if text.example:
        console.print(Markdown(f"```python\n{text.example}\n```"))
