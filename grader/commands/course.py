"""What a course offers: `grade list`, `grade new`, `grade explain`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import click

from grader import course, findings, progress, recordings, starters
from grader.commands.exits import complain
from grader.commands.options import COURSE, Setting, load_one, setting
from grader.course import Course
from grader.errors import Mistake
from grader.expected import misconceptions_in
from grader.findings.samples import in_words
from grader.misconceptions import PREFIX
from grader.model import Outcome, RuleText
from grader.progress import Reached
from grader.report.text import OUTCOMES, count, earned, points


@click.command(name="list")
@COURSE
def list_exercises(course_dir: Path | None) -> None:
    """Show the course's lessons and exercises, and what you have reached in each."""
    found = course.find(Path.cwd(), course_dir)
    click.echo(listing(found, reached_in(found)))


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


def reached_in(course: Course) -> Mapping[str, Reached]:
    """Return what was reached in each exercise; a damaged file is told of, and counts as nothing reached."""
    try:
        return progress.mine().of(course)
    except Mistake as mistake:
        complain(mistake)
        return {}


def listing(course: Course, reached: Mapping[str, Reached] = MappingProxyType({})) -> str:
    """Return every lesson with its exercises, their titles, and the best results so far."""
    lines = []
    for lesson in course.lessons:
        done = sum(name in reached and reached[name].passed for name in lesson.exercises)
        so_far = f"   {done} of {count(len(lesson.exercises), 'exercise')} done" if reached else ""
        lines.append(f"{lesson.name}: {lesson.title}{so_far}")
        width = max(len(name) for name in lesson.exercises)
        best = {name: _best(reached.get(name)) for name in lesson.exercises}
        room = max(len(text) for text in best.values())
        for name in lesson.exercises:
            result = f"{best[name]:<{room}}  " if room else ""
            lines.append(f"  {name:<{width}}  {result}{_title(course.exercise_file(name))}".rstrip())
    if reached:
        lines.append(f"Best results, kept on this computer only; {progress.OPT_OUT}=1 keeps none.")
    return "\n".join(lines)


def _best(reached: Reached | None) -> str:
    if reached is None or not reached.tries:
        return ""
    sign = OUTCOMES[Outcome.PASSED if reached.passed else Outcome.WRONG].glyph
    result = f"{earned(reached.points, reached.max_points)}/{points(reached.max_points)}"
    tries = "1 try" if reached.tries == 1 else f"{reached.tries} tries"
    return f"{sign} {result:<7} {tries}"


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
            for mistake, sentence in _sentences(name, course).items():
                title = f"A known mistake in {name}: {mistake.replace('_', ' ')}"
                text = RuleText(id=f"{PREFIX}{mistake}", title=title, message=sentence, why="", mend="")
                texts.setdefault(text.id, text)
    return texts


def _sentences(name: str, course: Course) -> dict[str, str]:
    if course.is_bundle:
        return dict(recordings.recording(name, course).sentences)
    try:
        return misconceptions_in(course.reference_file(name).read_text(encoding="utf-8"))
    except (SyntaxError, ValueError, Mistake):  # `grade verify` says what is wrong with it
        return {}


def say(text: RuleText) -> None:
    """Print a rule's words."""
    from rich.console import Console  # noqa: PLC0415
    from rich.markdown import Markdown  # noqa: PLC0415

    console = Console(highlight=False)
    console.print(f"{text.id}: {text.title}", style="bold", markup=False)
    words = in_words(text)
    said = "A report says, for example" if words.message != text.message else ""
    for heading, body in ((said, words.message), ("Why", words.why), ("What to do", words.mend)):
        if body:
            console.print(f"\n{heading}" if heading else "", style="bold")
            console.print(Markdown(body))
    if text.example:
        console.print(Markdown(f"```python\n{text.example}\n```"))
