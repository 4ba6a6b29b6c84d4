"""How a command ends: exit codes, and the words of an error."""

from __future__ import annotations

import tempfile
import traceback

import click

from grader.errors import GraderError, Mistake
from grader.model import Outcome, Report

PASSED, FAILED, MISTAKE, UNGRADED, INTERRUPTED = 0, 1, 2, 3, 130


def exit_code(report: Report) -> int:
    """Return the exit code that a report calls for."""
    outcomes = {verdict.outcome for result in report.results for verdict in result.verdicts}
    if Outcome.UNGRADED in outcomes:
        return UNGRADED
    return PASSED if outcomes <= {Outcome.PASSED} else FAILED


def complain(error: GraderError) -> None:
    """Print an error's words, and what to do about it, to stderr."""
    problem, cure = (error.problem, error.cure) if isinstance(error, Mistake) else (str(error), "")
    click.echo(f"grade: {problem}", err=True)
    if cure:
        click.echo(f"       {cure}", err=True)


def written_down() -> str:
    """Write the current exception's traceback to a file of its own and return the path."""
    with tempfile.NamedTemporaryFile("w", prefix="grader-failure-", suffix=".txt", delete=False) as file:
        traceback.print_exc(file=file)
    return file.name
