"""A group of commands, each imported when it is asked for."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

import click

HELP = {"--help", "-h", "--version"}


class LazyGroup(click.Group):
    """A group whose commands are named in a table as "module:attribute", below `grader.commands`.

    Its first word may be no command but what one works on: `usual` says which is meant, so that `grade mytask.ipynb` is
    `grade file mytask.ipynb`.
    """

    def __init__(self, *, table: Mapping[str, str], usual: Callable[[str], str], **options: Any) -> None:
        super().__init__(**options)
        self.table, self.usual = table, usual

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click gives the parameter
        """Return the names of all commands."""
        return sorted(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click gives it
        """Return a command, imported now, or None if there is none of that name."""
        if cmd_name not in self.table:
            return None
        module, _, name = self.table[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(f"grader.commands.{module}"), name)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the usual command in front of anything that is neither a command's name nor the group's own option."""
        if args and args[0] not in self.table and args[0] not in HELP:
            args = [self.usual(args[0]), *args]
        return super().parse_args(ctx, args)
