"""The command line: the group of commands, and the only place that catches this package's errors."""

from __future__ import annotations

import contextlib
import difflib
import glob
import os
import sys
from pathlib import Path

import click

from grader import __version__
from grader.commands import COMMANDS
from grader.commands.exits import FAILED, INTERRUPTED, MISTAKE, PASSED, UNGRADED, complain, written_down
from grader.commands.group import LazyGroup
from grader.errors import GraderError, Mistake
from grader.sandbox.server import ForkServer

_WHERE_FROM = {
    "exercise": "`grade list` shows the exercises.\n",
    "name": "`grade list` shows the lessons and their exercises.\n",
    "lesson": "`grade list` shows the lessons.\n",
    "rule": "A report shows the id of each finding in brackets: `grade explain value.sign`.\n",
}
"""Where a word that is missing can be found, by the name of its parameter."""


def _usual(word: str) -> str:
    """Return the hidden command that a word which is no command's name is meant for."""
    _refuse_misspelt(word)
    return "class" if is_class(word) else "file"


def _refuse_misspelt(word: str) -> None:
    """Raise a `Mistake` for a word that is neither a path nor an option, but nearly a command's name."""
    if word.startswith("-") or Path(word).suffix or Path(word).exists():
        return
    close = difflib.get_close_matches(word, COMMANDS, n=1, cutoff=0.6)
    if close:
        raise Mistake(f"there is no command {word!r}, and no file of that name", f"Did you mean: grade {close[0]}?")


def is_class(word: str) -> bool:
    """Tell whether a word of the command line names many hand-ins: a folder, a zip, or a pattern that nobody expanded."""
    if word.startswith("-"):
        return False
    path = Path(word)
    return path.is_dir() or path.suffix.lower() == ".zip" or (glob.has_magic(word) and not path.exists())


@click.group(
    cls=LazyGroup,
    table=COMMANDS,
    usual=_usual,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="grade")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Grade PyTorch exercises: `grade mytask.ipynb`.

    FILE is a notebook or a .py file. Outputs and gradients are compared with a reference on drawn inputs, in a sandbox.
    `grade DIR` grades a whole class: see `grade class --help`.
    """
    if ctx.invoked_subcommand is None:
        from grader.commands.welcome import welcome  # noqa: PLC0415 - no command needs it

        click.echo(welcome(Path.cwd()))


def main(args: list[str] | None = None, server: ForkServer | None = None) -> int:
    """Run the command line and return the exit code; every error that was foreseen becomes a sentence here.

    `server` is a fork server that was started earlier; it is used for grading.
    """
    try:
        return int(cli.main(args, prog_name="grade", standalone_mode=False, obj=server) or PASSED)
    except click.exceptions.Abort:
        return INTERRUPTED
    except KeyboardInterrupt:
        click.echo("grade: interrupted", err=True)
        return INTERRUPTED
    except BrokenPipeError:  # whoever read what is printed has left: `grade ... | head`
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except click.ClickException as error:
        error.show(sys.stderr)
        if isinstance(error, click.MissingParameter) and error.param is not None:
            click.echo(_WHERE_FROM.get(error.param.name or "", ""), err=True, nl=False)
        return MISTAKE
    except GraderError as error:
        complain(error)
        return MISTAKE if isinstance(error, Mistake) else UNGRADED
    except Exception:
        click.echo(f"grade: the grader itself failed; nothing was graded. Please report {written_down()}", err=True)
        return UNGRADED
