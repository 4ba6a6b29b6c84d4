"""What intake concludes. All frozen, all picklable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path


@dataclass(frozen=True)
class Student:
    """Who handed in. `key` is the roster's id, or else what the platform calls the student; `ids` are other ids."""

    key: str
    name: str = ""
    email: str = ""
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """One file that one student handed in: a file on disk, or the member of the zip at `path`.

    `handed_in` is in UTC: the platform's record, else `timestamp.txt`, else the file's time. `late` is the platform's mark.
    """

    student: Student
    path: Path
    member: str = ""
    handed_in: datetime | None = None
    late: bool = False
    assignment: str = ""

    @property
    def file(self) -> str:
        """The file's own name."""
        return (self.member or self.path.as_posix()).rpartition("/")[2]

    @property
    def where(self) -> str:
        """Where the file is, for messages."""
        return f"{self.path}::{self.member}" if self.member else str(self.path)


class ProblemKind(StrEnum):
    """What is amiss with something handed in, or not handed in."""

    MISSING = "missing"
    DOUBLE = "double"
    UNREADABLE = "unreadable"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Problem:
    """One thing to tell; it never stops the rest. `where` is a place, `student` a key, where there is one.

    `who` handed in what cannot be read.
    """

    kind: ProblemKind
    text: str
    where: str = ""
    student: str = ""
    who: Student | None = None


@dataclass(frozen=True)
class Intake:
    """Everything found, in the order of students and files, and everything amiss."""

    submissions: tuple[Found, ...]
    problems: tuple[Problem, ...]
