"""The class as a page: `grade report`, and `grade name-group`, which gives a shared mistake its sentence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands.gradebook import DB, POLICY, chosen

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
