"""The commands for a whole class: class, show, override, policy, export."""

from __future__ import annotations

import getpass
import glob
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.errors import Mistake

if TYPE_CHECKING:
    from grader.cache import Cache
    from grader.class_progress import Board
    from grader.classroom import Asked
    from grader.gradebook import Grade, Gradebook, Policy
    from grader.intake import Intake, Roster
    from grader.sandbox.server import Starter

DONE, UNGRADED, INTERRUPTED = 0, 3, 130
DB = click.option("--db", metavar="URL|FILE", help="The gradebook; default: grades.db here.")
POLICY = click.option("--policy", "policy_file", type=click.Path(path_type=Path), help="Use this policy for once.")


def is_class(word: str) -> bool:
    """Tell whether a word of the command line names many hand-ins: a folder, a zip, or a pattern that nobody expanded."""
    if word.startswith("-"):
        return False
    path = Path(word)
    return path.is_dir() or path.suffix.lower() == ".zip" or (glob.has_magic(word) and not path.exists())


def register(group: click.Group, sandbox_options: Callable[[Any], Any]) -> None:
    """Add these commands to the command line; `sandbox_options` are those that grading a file has, too."""
    for command in (sandbox_options(grade_class), show, override, policy, export):
        group.add_command(command)


@click.command(name="class")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="DIR|ZIP|FILE...")
@click.option("--jobs", "-j", type=click.IntRange(min=1), help="Grade so many at once; default: cores.")
@click.option("--students", type=click.Path(path_type=Path), help="A CSV file with the class: student, name, email.")
@click.option("--db", metavar="URL|FILE", help="The gradebook; default: grades.db beside the submissions.")
@click.option("--exercise", "-e", "exercises", multiple=True, help="Grade this exercise; may be repeated.")
@click.option("--lesson", "-l", help="Grade every exercise of this lesson.")
@click.option("--force", is_flag=True, help="Grade again what is known.")
@click.option("--dry-run", is_flag=True, help="Write nothing; say who would gain or lose what.")
def grade_class(  # noqa: PLR0913, PLR0917 - one parameter an option
    paths: tuple[Path, ...],
    jobs: int | None,
    students: Path | None,
    db: str | None,
    exercises: tuple[str, ...],
    lesson: str | None,
    force: bool,
    dry_run: bool,
    course_dir: Path | None,
    seed: int,
    starter: str,
    no_cache: bool,
    isolation: str,
) -> int:
    """Grade everything that a class handed in; what was graded before is left alone.

    Give a folder or a zip as it comes from nbgrader, Moodle, Canvas or Gradescope, or files with students' names. Exit
    codes: 0 all was graded, whatever it is worth; 3 something was not; 130 interrupted.
    """
    started = _start(starter, isolation)  # imports torch while everything below is imported
    try:
        from grader import course, gradebook  # noqa: PLC0415
        from grader.classroom import Asked  # noqa: PLC0415
        from grader.intake import find, read_roster  # noqa: PLC0415

        first = paths[0].absolute()
        found = course.find(first if first.is_dir() else first.parent, course_dir)
        roster = read_roster(students) if students else None
        names = [name for each in found.lessons for name in (*each.exercises, each.name)]
        intake = find(paths, roster, names)
        if not intake.submissions:
            raise Mistake("there is nothing to grade:\n" + "\n".join(each.text for each in intake.problems))
        asked = Asked(found, lesson, exercises, seed, jobs or _cores(), force, dry_run)
        with gradebook.opened(_address(db, first, dry_run=dry_run)) as book:
            return _run(intake, roster, asked, book, started, _cache(use=not no_cache))
    finally:
        started.close()


def _start(starter: str, isolation: str) -> Starter:
    from grader.sandbox.isolation import decide  # noqa: PLC0415
    from grader.sandbox.server import ForkServer, Spawner, can_fork  # noqa: PLC0415

    if starter == "spawn" or (starter == "auto" and not can_fork()):
        return Spawner(lambda: decide(isolation, own=False))
    return ForkServer(("many", "notebook", "plots"), isolation=lambda: decide(isolation, own=False))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _cache(*, use: bool) -> Cache:
    import platformdirs  # noqa: PLC0415

    from grader.cache import Cache  # noqa: PLC0415

    return Cache(Path(platformdirs.user_cache_dir("grader")) if use else None)


def _address(db: str | None, first: Path, *, dry_run: bool) -> str:
    """Return where the gradebook is; a dry run makes none."""
    folder = first if first.is_dir() else first.parent
    address = db or str(folder / "grades.db")
    return ":memory:" if dry_run and "://" not in address and not Path(address).exists() else address


def _run(intake: Intake, roster: Roster | None, asked: Asked, book: Gradebook, starter: Starter, cache: Cache) -> int:
    from grader import batch, class_progress, classroom, gradebook  # noqa: PLC0415
    from grader.sandbox.bench import Bench  # noqa: PLC0415

    for line in class_progress.problem_lines(intake.problems):
        click.echo(line, err=True)
    if roster is not None and not asked.dry_run:
        gradebook.enroll(book, roster.students)
    desk = classroom.Desk(asked, Bench(starter), cache)
    total = len(intake.submissions)
    with class_progress.board(total) as board, batch.interruptible(_pressed) as stopped:
        whole = classroom.run(intake.submissions, desk, book, board.tell, stopped)
    return _finish(board, total, book, whole=whole, dry_run=asked.dry_run)


def _pressed() -> None:
    click.echo("finishing what has begun; Ctrl-C once more stops at once", err=True)


def _finish(board: Board, total: int, book: Gradebook, *, whole: bool, dry_run: bool) -> int:
    from grader.class_progress import FAILED, change_lines, printable, summed  # noqa: PLC0415

    for line in board.lines:
        click.echo(printable(line), err=True)
    if board.changes:
        click.echo("would change:" if dry_run else "changed:")
    for line in change_lines(board.changes):
        click.echo(f"  {line}")
    click.echo(f"{board.counts.total()} of {total}: {summed(board.counts)}")
    click.echo("nothing was written" if dry_run else f"gradebook: {book.where}")
    if not whole:
        click.echo("interrupted; the same command goes on where this one stopped", err=True)
        return INTERRUPTED
    return UNGRADED if board.counts[FAILED] else DONE


@click.command()
@click.argument("called", metavar="STUDENT")
@DB
@POLICY
@click.option("--html", type=click.Path(path_type=Path, file_okay=False), help="Write the reports into this folder.")
def show(called: str, db: str | None, policy_file: Path | None, html: Path | None) -> None:
    """Show a student's grade, attempts, and what an instructor said of them; a key, name, email or id will do."""
    from grader import gradebook  # noqa: PLC0415
    from grader.class_show import lines, write_reports  # noqa: PLC0415

    with gradebook.opened(db or "grades.db", create=False) as book:
        student = gradebook.student(book, called)
        (grade,) = (each for each in _grades(book, policy_file) if each.student.key == student.key)
        for line in lines(grade, gradebook.history(book, student.key), gradebook.overrides(book, student.key)):
            click.echo(line)
        if html is not None:
            for path in write_reports(gradebook.reports(book, student.key), html):
                click.echo(f"report: {path}", err=True)


def _grades(book: Gradebook, policy_file: Path | None) -> tuple[Grade, ...]:
    from grader import gradebook  # noqa: PLC0415

    chosen: Policy = gradebook.read_policy(policy_file) if policy_file else gradebook.load_policy(book)
    return gradebook.grades(book, chosen)


@click.command()
@click.argument("called", metavar="STUDENT")
@click.argument("exercise")
@click.argument("points", type=float, required=False)
@click.option("--withdraw", is_flag=True, help="Take back what was said; the grader's own points count again.")
@click.option("--comment", default="", help="What the student reads.")
@click.option("--why", required=True, help="Why; for the record.")
@click.option("--who", default=None, help="Who says so; default: your login name.")
@DB
def override(  # noqa: PLR0913, PLR0917 - one parameter an option
    called: str,
    exercise: str,
    points: float | None,
    withdraw: bool,
    comment: str,
    why: str,
    who: str | None,
    db: str | None,
) -> None:
    """Give a student POINTS for an EXERCISE, whatever the grader says now or later."""
    from grader import gradebook  # noqa: PLC0415

    if withdraw == (points is not None):
        raise Mistake("an override is points, or --withdraw", "Example: grade override alice mse_loss 8 --why ...")
    with gradebook.opened(db or "grades.db", create=False) as book:
        student = gradebook.student(book, called).key
        before = _points(book, student, exercise)
        word = gradebook.Override(student, exercise, points, comment, who or getpass.getuser(), why, datetime.now(UTC))
        gradebook.override(book, word)
        click.echo(f"{student}  {exercise}  {before} -> {_points(book, student, exercise)}")


def _points(book: Gradebook, student: str, exercise: str) -> str:
    grades = (each for each in _grades(book, None) if each.student.key == student)
    return next(
        (f"{part.points:g}" for each in grades for part in each.exercises if part.exercise == exercise), "dropped"
    )


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@DB
def policy(file: Path | None, db: str | None) -> None:
    """Keep the policy in a JSON FILE in the gradebook, or print the one that is kept."""
    from grader import gradebook  # noqa: PLC0415
    from grader.gradebook.policy import encode  # noqa: PLC0415

    with gradebook.opened(db or "grades.db", create=False) as book:
        if file is not None:
            gradebook.save_policy(book, gradebook.read_policy(file), datetime.now(UTC))
        click.echo(encode(gradebook.load_policy(book)))


@click.command()
@click.argument("output", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--for", "platform", type=click.Choice(["csv", "parquet", "canvas", "moodle"]), default="csv")
@click.option("--from", "template", type=click.Path(path_type=Path), help="What Canvas or Moodle exported.")
@click.option("--assignment", help="Canvas: the assignment's name.")
@DB
@POLICY
def export(
    output: Path,
    platform: str,
    template: Path | None,
    assignment: str | None,
    db: str | None,
    policy_file: Path | None,
) -> None:
    """Write the class's grades to OUTPUT: CSV, Parquet, or a file that Canvas or Moodle imports."""
    from grader import export as exporting  # noqa: PLC0415
    from grader import gradebook  # noqa: PLC0415

    with gradebook.opened(db or "grades.db", create=False) as book:
        grades = _grades(book, policy_file)
    if platform == "parquet":
        exporting.write_parquet(grades, output)
        return
    if platform == "csv":
        _write(output, exporting.plain_csv(grades), ())
        return
    if template is None:
        raise Mistake(
            f"{platform} has its own names for students", f"Give the file that it exports: --from {platform}.csv."
        )
    if platform == "canvas" and assignment is None:
        raise Mistake("Canvas needs an assignment's name", "Give --assignment NAME.")
    made = (
        exporting.canvas_csv(grades, template, assignment or "")
        if platform == "canvas"
        else exporting.moodle_csv(grades, template)
    )
    _write(output, made.text, made.problems)


def _write(output: Path, text: str, problems: tuple[str, ...]) -> None:
    from grader.class_progress import printable  # noqa: PLC0415

    try:
        with output.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as error:
        raise Mistake(f"{output} cannot be written: {error.strerror}", "Give another path.") from None
    for problem in problems:
        click.echo(printable(problem), err=True)
