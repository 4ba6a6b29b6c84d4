"""A class list: who should hand in, and under which names they may appear."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.errors import Mistake
from grader.intake.layout import words
from grader.intake.sheet import Sheet, read_sheet
from grader.intake.values import Student

IDS = ("studentid", "sid", "username", "userid", "user", "login", "loginid", "netid", "sisloginid", "sisuserid",
       "idnumber", "studentnumber", "matriculationnumber", "id", "identifier", "student")  # fmt: skip
"""Headings of ids, without case and punctuation; the first that is there gives the key."""
NAMES = ("name", "fullname", "studentname", "displayname")
FIRST, LAST = ("firstname", "givenname", "forename"), ("lastname", "surname", "familyname")
CANVAS = {"student", "id", "section"}
"""Headings of every gradebook that Canvas exports."""
EMAILS = ("email", "emailaddress", "mail", "primaryemail")
SHORT_NUMBER = re.compile(r"\d{1,3}")
MAX_WORDS = 12
"""So many words of a file's name are looked up together."""
CURE = "Its first line names the columns: student (or id), and, where there are, name and email."


@dataclass(frozen=True)
class Roster:
    """Students in the list's order, and each name under which exactly one of them is known."""

    students: tuple[Student, ...]
    names: Mapping[tuple[str, ...], int]

    def find(self, *called: str) -> Student | None:
        """Return the one student that is called so: by id, email, its first half, or name in any order."""
        for text in called:
            number = self.names.get(words(text), self.names.get(("".join(words(text)),)))
            if number is not None:
                return self.students[number]
        return None

    def within(self, text: str) -> tuple[Student, ...]:
        """Return the students who are named within a text; of names that contain each other the longest counts.

        A short number is no name there: in `hw_1_zed.py` it counts homework.
        """
        tokens = words(text)
        hits: dict[int, int] = {}
        for at in range(len(tokens)):
            for end in range(at + 1, min(at + MAX_WORDS, len(tokens)) + 1):
                number = self.names.get(tokens[at:end])
                if number is not None and not SHORT_NUMBER.fullmatch("".join(tokens[at:end])):
                    hits[number] = max(hits.get(number, 0), end - at)
        return tuple(self.students[number] for number in hits if hits[number] == max(hits.values()))


def read_roster(path: Path) -> Roster:
    """Return the roster in a CSV file. Raises `Mistake` with every faulty line."""
    sheet = read_sheet(path, CURE)
    heads = ["".join(words(head)) for head in sheet.rows[0]]
    if not any(head in (*IDS, *NAMES, *EMAILS) for head in heads):
        raise Mistake(f"{path} has no column that names a student", CURE)
    return _roster(path, heads, sheet)


def _roster(path: Path, heads: list[str], sheet: Sheet) -> Roster:
    students, faults, lines = list[Student](), list[str](), dict[str, int]()
    for line, row in zip(sheet.lines[1:], sheet.rows[1:], strict=True):
        cells = {head: cell.strip() for head, cell in zip(heads, row, strict=False)}  # a short line has empty cells
        student = _student(cells)
        if not any(cells.values()) or _is_canvas_own(heads, student):
            continue
        if not student.key:
            faults.append(f"line {line}: there is no id, email or name")
        elif student.key in lines:
            faults.append(f"line {line}: {student.key} stands in line {lines[student.key]} too")
        else:
            lines[student.key] = line
            students.append(student)
    if faults:
        raise Mistake(
            f"{path} cannot be used:\n" + "\n".join(faults), "Each student needs a line and an id of their own."
        )
    return of(students)


def _is_canvas_own(heads: list[str], student: Student) -> bool:
    """Tell the lines above Canvas's students, "Manual Posting" and "Points Possible", from students."""
    return student.key == "Points Possible" or (not student.key and set(heads) >= CANVAS)


def of(students: Iterable[Student]) -> Roster:
    """Return a roster; a name that two students share identifies neither."""
    known = tuple(students)
    owners: dict[tuple[str, ...], set[int]] = {}
    for number, student in enumerate(known):
        for name in _called(student):
            owners.setdefault(name, set()).add(number)
    return Roster(known, {name: min(numbers) for name, numbers in owners.items() if len(numbers) == 1})


def _student(cells: dict[str, str]) -> Student:
    first, last = _first(cells, FIRST), _first(cells, LAST)
    name = _forwards(_first(cells, NAMES)) or f"{first} {last}".strip()
    email = _first(cells, EMAILS)
    ids = [cells[head] for head in IDS if cells.get(head)]
    if not name and cells.get("student") and len(ids) > 1:  # in Canvas's and Moodle's lists this is the name
        name = _forwards(cells["student"])
        ids = [cells[head] for head in IDS if cells.get(head) and head != "student"]
    return Student((ids or [email or name])[0], name, email, tuple(ids[1:]))


def _forwards(name: str) -> str:
    """Return "Ann Lee" for "Lee, Ann"."""
    family, _, given = name.partition(",")
    return f"{given.strip()} {family.strip()}".strip()


def _first(cells: dict[str, str], heads: tuple[str, ...]) -> str:
    return next((cells[head] for head in heads if cells.get(head)), "")


def _called(student: Student) -> set[tuple[str, ...]]:
    """Return every way in which a student may be called, as words; also run together, as Canvas does."""
    name = words(student.name)
    texts = (student.key, student.email, student.email.partition("@")[0], *student.ids)
    called = {words(text) for text in texts} | {name, name[-1:] + name[:-1]}
    called |= {("".join(each),) for each in called}
    return {each for each in called if each}
