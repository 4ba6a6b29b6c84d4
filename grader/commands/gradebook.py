"""What is in the gradebook: `grade show`, `override`, `policy`, `export`."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.errors import Mistake
from grader.report.text import earned

if TYPE_CHECKING:
    from grader.gradebook import Grade, Gradebook, Policy

DB = click.option("--db", metavar="URL|FILE", help="The gradebook; default: grades.db here.")
POLICY = click.option("--policy", "policy_file", type=click.Path(path_type=Path), help="Use this policy for once.")


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


def chosen(book: Gradebook, policy_file: Path | None) -> Policy:
    """Return the policy in a file, or the one that the gradebook keeps."""
    from grader import gradebook  # noqa: PLC0415

    return gradebook.read_policy(policy_file) if policy_file else gradebook.load_policy(book)


def _grades(book: Gradebook, policy_file: Path | None) -> tuple[Grade, ...]:
    from grader import gradebook  # noqa: PLC0415

    return gradebook.grades(book, chosen(book, policy_file))


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
        (
            earned(part.points, part.max_points)
            for each in grades
            for part in each.exercises
            if part.exercise == exercise
        ),
        "dropped",
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
            kept = gradebook.read_policy(file)
            gradebook.save_policy(book, kept, datetime.now(UTC))
            _tell_unknown(book, kept)
        click.echo(encode(gradebook.load_policy(book)))


def _tell_unknown(book: Gradebook, kept: Policy) -> None:
    """Tell whom and what a policy names that nobody knows yet: it may be written before the class, or misspelled."""
    from grader import gradebook  # noqa: PLC0415

    grades = gradebook.grades(book, gradebook.Policy())
    exercises = {each.exercise for grade in grades for each in grade.exercises}
    people = sorted(set(kept.extensions) - {grade.student.key for grade in grades})
    for kind, names in (("student", people), ("exercise", sorted(set(kept.dropped) - exercises))):
        for name in names:
            click.echo(f"kept, but there is no {kind} {name!r} in {book.where} yet", err=True)


@click.command(name="grades")
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

    if platform == "csv" and output.suffix.lower() in {".xlsx", ".xls", ".ods"}:
        raise Mistake(f"{output} would be CSV by another name", "Give a name that ends in .csv: spreadsheets open it.")
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
