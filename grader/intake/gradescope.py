"""Gradescope's `submission_metadata.yml`: who made which submission, and when.

The file also holds every student's output, so it is not given to a YAML parser: the few keys that are needed stand one to
a line at known depths, as Gradescope's own exporter (Ruby's Psych) writes them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from grader.intake.values import Student

TOP = re.compile(r"^(submission_\d+):\s*$")
FIELD = re.compile(r"^  :?(\w+):\s*(.*)$")
SUBMITTER = re.compile(r"^  (-|  ?) :?(name|sid|email):\s*(.*)$")
FILE = "submission_metadata.yml"


@dataclass(frozen=True)
class Entry:
    """One submission's makers, several for a group, and when it was made (UTC)."""

    students: tuple[Student, ...]
    created_at: datetime | None


def parse(text: str) -> dict[str, Entry]:
    """Return folder name -> entry. A part that is not understood is left out."""
    found: dict[str, Entry] = {}
    name, section, created = "", "", None
    people: list[dict[str, str]] = []
    for line in [*text.splitlines(), "submission_0:"]:
        if top := TOP.match(line):
            if name:
                found[name] = Entry(_students(people), created)
            name, section, created, people = top[1], "", None, []
        elif (match := FIELD.match(line)) and not line.startswith("   "):
            section = match[1]
            created = _time(match[2]) if section == "created_at" else created
        elif section == "submitters" and (match := SUBMITTER.match(line)):
            if match[1] == "-":
                people.append({})
            if people:
                people[-1][match[2]] = _scalar(match[3])
    return found


def _students(people: list[dict[str, str]]) -> tuple[Student, ...]:
    students = []
    for person in people:
        name, email, number = person.get("name", ""), person.get("email", ""), person.get("sid", "")
        key = number or email or name
        if key:
            students.append(Student(key, name, email, (number,) if number else ()))
    return tuple(students)


def _scalar(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return "" if text in {"~", "null"} else text


def _time(text: str) -> datetime | None:
    """Return a time such as `2021-01-28 22:30:10.107374000 Z`."""
    match = re.match(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?", _scalar(text))
    if match is None:
        return None
    try:
        zone = (match[3] or "Z").replace("Z", "+00:00")
        return datetime.fromisoformat(f"{match[1]}T{match[2]}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
