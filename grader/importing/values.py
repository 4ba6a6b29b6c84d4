"""What is found in a source, and what was made of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """What could not be imported, or needs a person: where it is, and why."""

    where: str
    reason: str

    def __str__(self) -> str:
        """Return it as one line."""
        return f"{self.where}: {self.reason}"


@dataclass(frozen=True)
class Snippet:
    """Source text of a test, and where it stands."""

    where: str
    source: str


@dataclass(frozen=True)
class Draft:
    """A function that a source asks for. `solution` is "" where the source has none.

    `before` is the code of all cells above, which may import and define what the solution or the tests use; `asked` are
    the names of all functions that the source asks for, which a test takes from the student.
    """

    name: str
    where: str
    statement: str
    starter: str
    solution: str
    tests: tuple[Snippet, ...] = ()
    points: float | None = None
    before: tuple[str, ...] = ()
    asked: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Source:
    """One notebook: the name of its lesson, the functions it asks for, and what could not be read."""

    lesson: str
    name: str
    drafts: tuple[Draft, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Written:
    """An exercise that was written: where, how many cases came from asserts, and what a person must decide."""

    name: str
    exercise: str
    reference: str
    scenarios: int
    todos: tuple[str, ...]
