"""What is kept of the answers themselves: their footprints, cases, seconds, sources and reports."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from grader import wire
from grader.cache import digest
from grader.errors import Mistake, WireError
from grader.gradebook.store import Gradebook, reading
from grader.gradebook.stored import MAX_REPORT_BYTES, report_of
from grader.gradebook.tables import ATTEMPTS, CASES, CURRENT, REPORTS, RESULTS, STUDENTS, SUBMISSIONS, VERSIONS
from grader.model import Footprint, Report, Submission


@dataclass(frozen=True)
class Answer:
    """A result that counts for the bytes named by `digest`; `result` is its row, `seed` drew its inputs."""

    result: int
    digest: str
    exercise: str
    outcome: str
    lead: str
    seed: int
    footprint: Footprint | None
    wall_s: float | None


@dataclass(frozen=True)
class CaseLoss:
    """What one answer got for one case."""

    result: int
    position: int
    name: str
    outcome: str
    points: float
    max_points: float
    lead: str


@dataclass(frozen=True)
class HandedIn:
    """One file of one student."""

    student: str
    digest: str
    file: str
    assignment: str
    handed_in: datetime | None
    exercises: tuple[str, ...]


def answers(gradebook: Gradebook, exercise: str) -> tuple[Answer, ...]:
    """Return the results of an exercise that count now, each once however many students handed it in, by digest."""
    query = (
        select(
            RESULTS.c.id, SUBMISSIONS.c.digest, RESULTS.c.exercise, RESULTS.c.outcome, RESULTS.c.lead, VERSIONS.c.seed,
            RESULTS.c.footprint, RESULTS.c.wall_s,
        )
        .join(CURRENT, CURRENT.c.result_id == RESULTS.c.id)
        .join(SUBMISSIONS, SUBMISSIONS.c.id == RESULTS.c.submission_id)
        .join(VERSIONS, VERSIONS.c.id == RESULTS.c.version_id)
        .where(RESULTS.c.exercise == exercise)
        .order_by(SUBMISSIONS.c.digest)
    )  # fmt: skip
    with reading(gradebook) as connection:
        rows = connection.execute(query).all()
    return tuple(Answer(*row[:6], _footprint(row[6]), row[7]) for row in rows)


def _footprint(body: bytes | None) -> Footprint | None:
    """Return a stored footprint; one that cannot be read belongs to no group."""
    try:
        return wire.decode(body, Footprint) if body else None
    except WireError:
        return None


def case_losses(gradebook: Gradebook, exercise: str) -> tuple[CaseLoss, ...]:
    """Return every case of the answers to an exercise that count now, in the order of the cases."""
    query = (
        select(
            CASES.c.result_id, CASES.c.position, CASES.c.name, CASES.c.outcome, CASES.c.points, CASES.c.max_points,
            CASES.c.lead,
        )
        .join(CURRENT, CURRENT.c.result_id == CASES.c.result_id)
        .where(CURRENT.c.exercise == exercise)
        .order_by(CASES.c.position, CASES.c.name, CASES.c.result_id)
    )  # fmt: skip
    with reading(gradebook) as connection:
        return tuple(CaseLoss(*row) for row in connection.execute(query).all())


def hand_ins(gradebook: Gradebook) -> tuple[HandedIn, ...]:
    """Return every file that was handed in, with the exercises that it answers, in the order of students and time."""
    query = (
        select(
            ATTEMPTS.c.id, STUDENTS.c.key, SUBMISSIONS.c.digest, ATTEMPTS.c.file, ATTEMPTS.c.assignment,
            ATTEMPTS.c.handed_in, CURRENT.c.exercise,
        )
        .join(STUDENTS, STUDENTS.c.id == ATTEMPTS.c.student_id)
        .join(SUBMISSIONS, SUBMISSIONS.c.id == ATTEMPTS.c.submission_id)
        .join(CURRENT, CURRENT.c.submission_id == SUBMISSIONS.c.id, isouter=True)
    )  # fmt: skip
    files: dict[int, tuple[str, str, str, str, datetime | None]] = {}
    names: dict[int, list[str]] = {}
    with reading(gradebook) as connection:
        for number, key, digest, file, assignment, handed_in, exercise in connection.execute(query):
            files[number] = key, digest, file, assignment, handed_in
            names.setdefault(number, []).extend([exercise] if exercise else [])
    found = [HandedIn(*fields, tuple(sorted(names[number]))) for number, fields in sorted(files.items())]
    return tuple(sorted(found, key=lambda each: (each.student, str(each.handed_in or ""))))


def report_states(gradebook: Gradebook) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return each student's files, newest hand-in last, each with a name of all that its report says."""
    with reading(gradebook) as connection:
        return {
            key: tuple((file, _state(file, rows)) for (_, file), rows in attempts.items())
            for key, attempts in _attempts(connection).items()
        }


def attempt_reports(gradebook: Gradebook, key: str) -> tuple[tuple[str, str, tuple[Report, ...]], ...]:
    """Return a student's files in the order of `report_states`, each with that name and the reports that it is made of.

    Each report holds only the results that count; there are several where one exercise was graded again. Raises `Mistake`
    if one is damaged.
    """
    with reading(gradebook) as connection:
        attempts = _attempts(connection, key).get(key, {})
        numbers = {row.report for rows in attempts.values() for row in rows}
        query = select(REPORTS.c.id, REPORTS.c.digest, REPORTS.c.body).where(REPORTS.c.id.in_(numbers))
        bodies = {row.id: row for row in connection.execute(query)}
    found = []
    for (_, file), rows in attempts.items():
        wanted: dict[int, set[str]] = {}
        for row in rows:
            wanted.setdefault(row.report, set()).add(row.exercise)
        parts = (report_of(file, bodies[each].digest, bodies[each].body, names) for each, names in wanted.items())
        found.append((file, _state(file, rows), tuple(parts)))
    return tuple(found)


class _Counted(NamedTuple):
    """An exercise of an attempt, and the report that holds the result which counts for it."""

    exercise: str
    report: int
    digest: str


def _attempts(connection: Connection, key: str | None = None) -> dict[str, dict[tuple[int, str], list[_Counted]]]:
    """Return each student's attempts (number and file), and the report of each exercise that counts in one."""
    query = (
        select(
            STUDENTS.c.key, ATTEMPTS.c.id, ATTEMPTS.c.file, RESULTS.c.exercise, REPORTS.c.id.label("report"),
            REPORTS.c.digest,
        )
        .join(ATTEMPTS, ATTEMPTS.c.student_id == STUDENTS.c.id)
        .join(CURRENT, CURRENT.c.submission_id == ATTEMPTS.c.submission_id)
        .join(RESULTS, RESULTS.c.id == CURRENT.c.result_id)
        .join(REPORTS, REPORTS.c.id == RESULTS.c.report_id)
        .order_by(ATTEMPTS.c.handed_in, ATTEMPTS.c.id, REPORTS.c.id, RESULTS.c.exercise)
    )  # fmt: skip
    if key is not None:
        query = query.where(STUDENTS.c.key == key)
    found: dict[str, dict[tuple[int, str], list[_Counted]]] = {}
    for student, attempt, file, *counted in connection.execute(query):
        found.setdefault(student, {}).setdefault((attempt, file), []).append(_Counted(*counted))
    return found


def _state(file: str, rows: Sequence[_Counted]) -> str:
    return digest("report", file, *(word for row in rows for word in (row.digest, row.exercise)))


def counting_report(gradebook: Gradebook, result: int) -> Report:
    """Return the report that a result is part of, with that result alone. Raises `Mistake` if it is damaged."""
    query = (
        select(SUBMISSIONS.c.digest, REPORTS.c.digest, REPORTS.c.body, RESULTS.c.exercise)
        .join(RESULTS, RESULTS.c.report_id == REPORTS.c.id)
        .join(SUBMISSIONS, SUBMISSIONS.c.id == RESULTS.c.submission_id)
        .where(RESULTS.c.id == result)
    )
    with reading(gradebook) as connection:
        name, stored, body, exercise = connection.execute(query).one()
    return report_of(name[:12], stored, body, {exercise})


def sources(gradebook: Gradebook, digests: frozenset[str]) -> Iterator[Submission]:
    """Yield what was read from these bytes, in the order of their digests; what was recorded without it is left out.

    One is held at a time. Raises `Mistake` if one is damaged.
    """
    with reading(gradebook) as connection:
        query = select(SUBMISSIONS.c.id, SUBMISSIONS.c.digest).where(SUBMISSIONS.c.body.is_not(None))
        numbers = sorted((name, number) for number, name in connection.execute(query) if name in digests)
        for name, number in numbers:
            body = connection.execute(select(SUBMISSIONS.c.body).where(SUBMISSIONS.c.id == number)).scalar_one()
            yield _source(name, body)


def _source(name: str, body: bytes) -> Submission:
    try:
        block = zlib.decompressobj().decompress(body, MAX_REPORT_BYTES)
        return wire.decode(block, Submission, header_bytes=MAX_REPORT_BYTES)
    except (zlib.error, WireError) as error:
        raise Mistake(f"the source of {name[:12]} is damaged: {error}", "Grade it again with --force.") from None
