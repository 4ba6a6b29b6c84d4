"""The class as a page: `grade report`, and `grade name-group`, which gives a shared mistake its sentence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands.gradebook import DB, POLICY, chosen
from grader.commands.options import Setting, setting, started

if TYPE_CHECKING:
    from grader.gradebook import Gradebook


@click.command()
@click.option(
    "--output", "-o", "folder", type=click.Path(path_type=Path, file_okay=False), default=Path("report"),
    show_default=True, help="Write the pages into this folder.",
)  # fmt: skip
@DB
@POLICY
def report(folder: Path, db: str | None, policy_file: Path | None) -> None:
    """Write the class report: a page an assignment, with shared mistakes, and every student's own report beside it."""
    from grader import gradebook  # noqa: PLC0415

    with gradebook.opened(db or "grades.db", create=False) as book:
        write_report(book, folder, policy_file)


def write_report(book: Gradebook, folder: Path, policy_file: Path | None = None) -> None:
    """Write the class report of a gradebook and say where it is."""
    from grader import overview  # noqa: PLC0415

    for path in overview.write(book, overview.overviews(book, chosen(book, policy_file)), folder):
        click.echo(f"class report: {path}")


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
        from grader import course, gradebook  # noqa: PLC0415
        from grader.overview.naming import Workshop  # noqa: PLC0415
        from grader.overview.naming import name_group as name  # noqa: PLC0415
        from grader.sandbox.bench import Bench  # noqa: PLC0415

        address = db or "grades.db"
        start = Path.cwd() if "://" in address else Path(address).absolute().parent
        with gradebook.opened(address, create=False) as book:
            found = course.find(start, setting.course_dir)
            named = name(book, group, sentence, Workshop(found, Bench(starter), setting.cache()))
    click.echo(f"{named.path}: {named.name}\n\n{named.source}")
    answers = f"{named.members} answer" + "s" * (named.members != 1)
    click.echo(f"{answers} will be told; give `grade class` again. `grade verify {group.partition(':')[0]}` checks it.")
