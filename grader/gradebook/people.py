"""Students: written down, and found again by whatever they are called."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, RowMapping, bindparam, select, update

from grader.errors import Mistake
from grader.gradebook.store import Gradebook, add, reading, writing
from grader.gradebook.tables import STUDENTS
from grader.intake import Student

_STUDENT = select(STUDENTS).where(STUDENTS.c.key == bindparam("key"))


def enroll(gradebook: Gradebook, students: Iterable[Student]) -> None:
    """Write students down before they hand in anything; one who is known gets what is new about them."""
    with writing(gradebook) as connection:
        for each in sorted(students, key=lambda student: student.key):
            put(connection, each)


def put(connection: Connection, person: Student) -> int:
    """Return a student's id, written down if need be. What was known is kept where nothing newer is given.

    A name that is the key alone, such as a folder's, is no news.
    """
    values = {"name": person.name, "email": person.email}
    row = connection.execute(_STUDENT, {"key": person.key}).mappings().one_or_none()
    if row is None:
        number = add(connection, STUDENTS, {"key": person.key, **values, "ids": json.dumps(person.ids)})
        if number is not None:
            return number
        row = connection.execute(_STUDENT, {"key": person.key}).mappings().one()
    number = int(row["id"])
    ids = tuple(dict.fromkeys((*json.loads(row["ids"]), *person.ids)))
    news = values | {"name": "" if person.name == person.key else person.name}
    wanted = {name: text or row[name] for name, text in news.items()} | {"ids": json.dumps(ids)}
    if any(row[name] != text for name, text in wanted.items()):
        connection.execute(update(STUDENTS).where(STUDENTS.c.id == number).values(**wanted))
    return number


def of(row: RowMapping) -> Student:
    """Return the student in a row of the table."""
    return Student(row["key"], row["name"], row["email"], tuple(json.loads(row["ids"])))


def students(gradebook: Gradebook) -> tuple[Student, ...]:
    """Return everyone who was written down."""
    with reading(gradebook) as connection:
        return tuple(of(row) for row in connection.execute(select(STUDENTS).order_by(STUDENTS.c.key)).mappings())


def student(gradebook: Gradebook, called: str) -> Student:
    """Return the one student with this key, name, email or id. Raises `Mistake` with the choices."""
    everyone = students(gradebook)
    wanted = called.casefold()
    for each in everyone:
        if each.key.casefold() == wanted:
            return each
    found = [each for each in everyone if wanted in {text.casefold() for text in (each.name, each.email, *each.ids)}]
    if len(found) == 1:
        return found[0]
    if found:
        raise Mistake(f"{called!r} may be any of {', '.join(each.key for each in found)}", "Give one of these.")
    raise Mistake(f"there is no student {called!r} in {gradebook.where}", _close(called, everyone))


def _close(called: str, everyone: Sequence[Student]) -> str:
    names = [text for each in everyone for text in (each.key, each.name) if text]
    close = difflib.get_close_matches(called, names, n=3, cutoff=0.5)
    return f"Did you mean {' or '.join(dict.fromkeys(close))}?" if close else f"It has {len(everyone)} students."
