"""`grade export`: grades for other programs (`grade export OUTPUT`), and a grader for another platform."""

from __future__ import annotations

import importlib

import click

EXPORTS = {"grades": "gradebook:export", "gradescope-autograder": "autograder:make"}
USUAL = "grades"


class Exports(click.Group):
    """A group whose first word may be a file: `grade export OUTPUT` is `grade export grades OUTPUT`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click gives the parameter
        """Return the names of what can be exported."""
        return sorted(EXPORTS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click gives it
        """Return a command, imported now, or None if there is none of that name."""
        if cmd_name not in EXPORTS:
            return None
        module, _, name = EXPORTS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(f"grader.commands.{module}"), name)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the usual command in front of anything that names none."""
        if args and args[0] not in EXPORTS and args[0] not in {"--help", "-h"}:
            args = [USUAL, *args]
        return super().parse_args(ctx, args)


@click.group(cls=Exports)
def export() -> None:
    """Write grades for other programs: `grade export OUTPUT`. Or a grader for Gradescope."""
