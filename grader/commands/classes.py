"""`grade DIR`: all that a class handed in, into a gradebook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader import batch
from grader.commands.exits import INTERRUPTED, PASSED, UNGRADED
from grader.commands.options import EXERCISES, JOBS, LESSON, Setting, setting, started
from grader.commands.overview import SIMILAR, write_report
from grader.errors import Mistake

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from grader.class_progress import Board
    from grader.classroom import Desk, Hall
    from grader.gradebook import Gradebook
    from grader.intake import Intake, Roster


@click.command(name="class")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="DIR|ZIP|FILE...")
@JOBS
@click.option("--students", type=click.Path(path_type=Path), help="A CSV file with the class: student, name, email.")
@click.option("--db", metavar="URL|FILE", help="The gradebook; default: grades.db beside the submissions.")
@EXERCISES
@LESSON
@click.option(
    "--executor", default="local", show_default=True, metavar="local|dask://HOST:PORT", help="Where to grade."
)
@click.option("--force", is_flag=True, help="Grade again what is known.")
@click.option("--dry-run", is_flag=True, help="Write nothing; say who would gain or lose what.")
@click.option(
    "--html", type=click.Path(path_type=Path, file_okay=False), help="Write the class report here, at the end."
)
@SIMILAR
@setting
def grade_class(  # noqa: PLR0913 - one parameter an option
    *,
    paths: tuple[Path, ...],
    jobs: int | None,
    students: Path | None,
    db: str | None,
    exercises: tuple[str, ...],
    lesson: str | None,
    executor: str,
    force: bool,
    dry_run: bool,
    html: Path | None,
    similar: bool,
    setting: Setting,
) -> int:
    """Grade everything that a class handed in; what was graded before is left alone.

    Give a folder or a zip as it comes from nbgrader, Moodle, Canvas or Gradescope, or files with students' names. Exit
    codes: 0 all that can be read was graded, whatever it is worth; 3 the grader failed at something; 130 interrupted.
    """
    # The server imports torch while everything below is imported.
    with started(setting, own=False) as starter:
        from grader import class_progress, course, gradebook  # noqa: PLC0415
        from grader.classroom import Asked, Desk  # noqa: PLC0415
        from grader.intake import find, read_roster, recognised  # noqa: PLC0415
        from grader.sandbox.bench import Bench  # noqa: PLC0415
        from grader.sandbox.server import ForkServer  # noqa: PLC0415

        first = paths[0].absolute()
        found = course.find(first if first.is_dir() else first.parent, setting.course_dir)
        roster = read_roster(students) if students else None
        names = [name for each in found.lessons for name in (*each.exercises, each.name)]
        intake = find(paths, roster, names)
        if not intake.submissions:
            told = "\n".join(class_progress.problem_lines(intake.problems))
            raise Mistake(f"there is nothing to grade:\n{told}")
        if isinstance(starter, ForkServer):
            starter.warm(_needs(intake))
        asked = Asked(found, lesson, exercises, setting.seed, jobs or batch.usual_jobs(), force, dry_run)
        with gradebook.opened(_address(db, first, dry_run=dry_run)) as book:
            if roster is None:
                intake = recognised(intake, gradebook.students(book))
            desk = Desk(asked, Bench(starter), setting.cache())
            with _hall(executor, desk, setting) as hall:
                ended = _run(intake, roster, desk, book, hall)
            if html is not None and not dry_run:
                write_report(book, html, similar=found if similar else None)
            return ended


def _needs(intake: Intake) -> tuple[str, ...]:
    """Return what the server must import besides torch: no kernel for a class of modules, which takes a second."""
    notebooks = any(found.file.lower().endswith(".ipynb") for found in intake.submissions)
    return (*(("notebook", "plots", "drawing") if notebooks else ()), "many")


def _address(db: str | None, first: Path, *, dry_run: bool) -> str:
    """Return where the gradebook is; a dry run makes none."""
    folder = first if first.is_dir() else first.parent
    address = db or str(folder / "grades.db")
    return ":memory:" if dry_run and "://" not in address and not Path(address).exists() else address


def _hall(executor: str, desk: Desk, setting: Setting) -> AbstractContextManager[Hall]:
    """Return where to grade: here, or on a cluster."""
    if executor == "local":
        from grader.classroom import here  # noqa: PLC0415

        return here(desk)
    try:
        from grader import cluster  # noqa: PLC0415 - Dask is an extra, and takes a second
    except ModuleNotFoundError as error:
        raise Mistake(f"{executor} needs {error.name}", "pip install 'grader[dask]'") from None
    return cluster.hall(executor, desk.asked, starter=setting.starter, isolation=setting.isolation)


def _run(intake: Intake, roster: Roster | None, desk: Desk, book: Gradebook, hall: Hall) -> int:
    from grader import class_progress, classroom, gradebook  # noqa: PLC0415

    for line in class_progress.problem_lines(intake.problems):
        click.echo(line, err=True)
    if not desk.asked.dry_run:
        unread = [each.who for each in intake.problems if each.who is not None]
        gradebook.enroll(book, [*unread, *(roster.students if roster else ())])
    total = len(intake.submissions)
    with class_progress.board(total) as board, batch.interruptible(_pressed) as stopped:
        whole = classroom.run(intake.submissions, desk, book, board.tell, stopped, hall)
    return _finish(board, total, book, whole=whole, dry_run=desk.asked.dry_run)


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
    return UNGRADED if board.counts[FAILED] else PASSED
