"""What the kernel tells the service: the cells that ran, and what it knows of the notebook they are in."""

from __future__ import annotations

from typing import Any

import msgspec


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """One execution of a cell: its source, its id where the frontend gives one, when (seconds since 1970), how long."""

    source: str
    cell: str = ""
    count: int = 0
    at: float = 0.0
    seconds: float = 0.0
    ok: bool = True


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A request to grade. `path` is the notebook's file, `page` the notebook itself where the frontend hands it out.

    `deleted` says of cells when they were known to be deleted; `elsewhere` names the modules that exercises came from.
    """

    number: int
    exercises: tuple[str, ...] = ()
    folder: str = "."
    path: str = ""
    page: dict[str, Any] | None = None
    deleted: dict[str, float] = {}
    runs: tuple[Ran, ...] = ()
    elsewhere: dict[str, str] = {}
    colour: bool = False
