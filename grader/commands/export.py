"""`grade export`: grades for other programs (`grade export OUTPUT`), and a grader for another platform."""

from __future__ import annotations

import click

from grader.commands.group import LazyGroup

EXPORTS = {"grades": "gradebook:export", "gradescope-autograder": "autograder:make"}


@click.group(cls=LazyGroup, table=EXPORTS, usual=lambda _: "grades")
def export() -> None:
    """Write grades for other programs: `grade export OUTPUT`. Or a grader for Gradescope."""
