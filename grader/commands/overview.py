"""The class as a page: `grade report`, and `grade name-group`, which gives a shared mistake its sentence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands.gradebook import DB, POLICY, chosen
from grader.commands.options import COURSE, Setting, setting, started

if TYPE_CHECKING:
    from grader.course import Course
    from grader.gradebook import Gradebook


SIMILAR = click.option("--similar", is_flag=True, help="Also show similar code, side by side; it is no verdict.")


@click.command()
@click.option(
    "--output", "-o", "folder", type=click.Path(path_type=Path, file_okay=False), default=Path("report"),
    show_default=True, help="Write the pages into this folder.",
)  # fmt: skip
@DB
@POLICY
@SIMILAR
@COURSE
def report(folder: Path, db: str | None, policy_file: Path | None, similar: bool, course_dir: Path | None) -> None:
    """Write the class report: a page an assignment, with shared mistakes, and every student's own report beside it."""
    from grader import gradebook  # noqa: PLC0415

    address = db or "grades.db"
    with gradebook.opened(address, create=False) as book:
        where = course_around(address, course_dir) if similar else None
        write_report(book, folder, policy_file, similar=where)


def write_report(
    book: Gradebook, folder: Path, policy_file: Path | None = None, *, similar: Course | None = None
) -> None:
    """Write the class report of a gradebook and say where it is; given a course, also the page of similar code."""
    from grader import overview  # noqa: PLC0415

    policy = chosen(book, policy_file)
    for path in overview.write(book, overview.overviews(book, policy), folder):
        click.echo(f"class report: {path}")
    if similar is not None:
        click.echo(f"similar code: {overview.write_similar(book, policy, similar, folder)}")


def course_around(address: str, course_dir: Path | None) -> Course:
    """Return the course that was named, or the one around a gradebook's file."""
    from grader import course  # noqa: PLC0415

    return course.find(Path.cwd() if "://" in address else Path(address).absolute().parent, course_dir)


@click.command(name="name-group")
@click.argument("group", metavar="ID")
@click.argument("sentence")
@DB
@setting
def name_group(group: str, sentence: str, db: str | None, setting: Setting) -> None:
    """Tell everyone in the answer group ID one SENTENCE: what is wrong, and what to do.

    A member's code becomes a misconception in the exercise's reference; the next `grade class` tells it. `grade report`
    shows the groups and their ids.
    """
    with started(setting, own=False) as starter:
        from grader import gradebook  # noqa: PLC0415
        from grader.overview.naming import Workshop  # noqa: PLC0415
        from grader.overview.naming import name_group as name  # noqa: PLC0415
        from grader.sandbox.bench import Bench  # noqa: PLC0415

        address = db or "grades.db"
        with gradebook.opened(address, create=False) as book:
            found = course_around(address, setting.course_dir)
            named = name(book, group, sentence, Workshop(found, Bench(starter), setting.cache()))
    click.echo(f"{named.path}: {named.name}\n\n{named.source}")
    answers = f"{named.members} answer" + "s" * (named.members != 1)
    click.echo(f"{answers} will be told; give `grade class` again. `grade verify {group.partition(':')[0]}` checks it.")
