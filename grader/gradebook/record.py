"""Writing verdicts down: one hand-in, one transaction; the same again changes nothing."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from grader.gradebook import people
from grader.gradebook.store import Gradebook, add, add_all, ensure, reading, writing
from grader.gradebook.stored import block, digest_of, evidence_digest
from grader.gradebook.tables import (
    ATTEMPTS,
    CASES,
    CURRENT,
    REPORTS,
    RESULTS,
    SUBMISSIONS,
    VERSIONS,
    storable_name,
)
from grader.gradebook.values import HandIn, TaskKey
from grader.model import Outcome, Report, Result

LEVEL = 1
"""Of compression: higher ones save a tenth of the space for several times the time."""

# Statements are built once: to build one takes longer than to run it.
_KNOWN = (
    select(VERSIONS.c.digest)
    .join(RESULTS, RESULTS.c.version_id == VERSIONS.c.id)
    .join(SUBMISSIONS, SUBMISSIONS.c.id == RESULTS.c.submission_id)
    .where(
        SUBMISSIONS.c.digest == bindparam("digest"),
        VERSIONS.c.digest.in_(bindparam("names", expanding=True)),
        RESULTS.c.outcome != Outcome.UNGRADED,
    )
)
_SUBMISSION = (
    select(SUBMISSIONS.c.id, SUBMISSIONS.c.body.is_(None).label("bare"))
    .where(SUBMISSIONS.c.digest == bindparam("digest"))
    .with_for_update()  # from here on no other writer has it, so nobody writes the same results; SQLite has one writer
)
_ATTEMPT = select(ATTEMPTS.c.id, ATTEMPTS.c.handed_in).where(
    ATTEMPTS.c.student_id == bindparam("student_id"), ATTEMPTS.c.submission_id == bindparam("submission_id")
)
_VERSIONS = select(VERSIONS.c.digest, VERSIONS.c.id).where(VERSIONS.c.digest.in_(bindparam("names", expanding=True)))
_RESULTS = (
    select(RESULTS.c.id, RESULTS.c.version_id, RESULTS.c.digest, RESULTS.c.outcome)
    .where(RESULTS.c.submission_id == bindparam("submission_id"))
    .order_by(RESULTS.c.id)
)
_REPORT = select(REPORTS.c.id).where(REPORTS.c.digest == bindparam("digest"))
_CASE = (
    "result_id", "position", "name", "criterion", "outcome", "points", "max_points", "lead", "evidence_digest",
)  # fmt: skip
_CURRENT = select(CURRENT.c.exercise, CURRENT.c.result_id).where(CURRENT.c.submission_id == bindparam("submission_id"))


def known(gradebook: Gradebook, digest: str, keys: Sequence[TaskKey]) -> frozenset[TaskKey]:
    """Return for which tasks these bytes have been graded. What was left ungraded, through our fault, is not known."""
    names = {key.digest: key for key in keys}
    with reading(gradebook) as connection:
        found = connection.execute(_KNOWN, {"digest": digest, "names": list(names)}).scalars()
        return frozenset(names[name] for name in found)


def record(
    gradebook: Gradebook,
    handed: HandIn,
    report: Report | None,
    keys: Sequence[TaskKey],
    now: datetime,
    seconds: Sequence[tuple[str, float]] = (),
) -> None:
    """Write one hand-in down with its report, in one transaction.

    `keys` are all tasks that the hand-in answers; those that the report leaves out were known, and count again.
    `seconds` are the worker's, by exercise. Raises `Mistake` if the database cannot be written, and then nothing was.
    """
    results = {result.exercise: result for result in (report.results if report else ())}
    missing = results.keys() - {key.exercise for key in keys}
    assert not missing, f"no task key was given for {missing}"
    stored = None if report is None else block(report)
    digests = {exercise: digest_of(result) for exercise, result in results.items()}
    with writing(gradebook) as connection:
        student = people.put(connection, handed.student)
        submission, is_new = _submission(connection, handed)
        _attempt(connection, student, submission, handed, now)
        versions = _versions(connection, keys)
        fresh = {
            (versions[key], digests[key.exercise]): results[key.exercise] for key in keys if key.exercise in results
        }
        there = _There({}, {}) if is_new else _there(connection, submission)
        new = {place: result for place, result in fresh.items() if place not in there.numbers}
        if new and stored is not None:
            there = _write(connection, submission, new, _report(connection, stored), now, dict(seconds))
        counting = {result.exercise: there.numbers[place] for place, result in fresh.items()}
        for key in keys:
            if key.exercise not in results and versions[key] in there.graded:
                counting[key.exercise] = there.graded[versions[key]]
        _point(connection, submission, counting)


def _submission(connection: Connection, handed: HandIn) -> tuple[int, bool]:
    """Return the id of the bytes handed in, and whether nobody had: then nothing else is known of them.

    A gradebook made before sources were kept gets what it lacks.
    """
    unique = {"digest": handed.digest}
    row = connection.execute(_SUBMISSION, unique).one_or_none()
    if row is None:
        number = add(connection, SUBMISSIONS, {**unique, "body": _body(handed)})
        if number is not None:
            return number, True
        row = connection.execute(_SUBMISSION, unique).one()
    if row.bare and handed.source is not None:
        connection.execute(update(SUBMISSIONS).where(SUBMISSIONS.c.id == row.id).values(body=_body(handed)))
    return int(row.id), False


def _body(handed: HandIn) -> bytes | None:
    return None if handed.source is None else zlib.compress(block(handed.source), LEVEL)


def _attempt(connection: Connection, student: int, submission: int, handed: HandIn, now: datetime) -> None:
    """Write down that a student handed these bytes in.

    The first time counts: a folder that is copied or unpacked again has new times. But who handed in A, then B, then A
    again has handed in A last.
    """
    unique = {"student_id": student, "submission_id": submission}
    fields = {"file": handed.file, "assignment": handed.assignment, "handed_in": handed.handed_in, "late": handed.late}
    row = connection.execute(_ATTEMPT, unique).one_or_none()
    if row is None:
        connection.execute(insert(ATTEMPTS), {**unique, **fields, "recorded_at": now})
        return
    number, first = row
    if handed.handed_in is None or first is None or handed.handed_in <= first:
        return
    between = select(ATTEMPTS.c.id).where(
        ATTEMPTS.c.student_id == student, ATTEMPTS.c.id != number, ATTEMPTS.c.assignment == handed.assignment,
        ATTEMPTS.c.handed_in > first, ATTEMPTS.c.handed_in < handed.handed_in,
    )  # fmt: skip
    if connection.execute(between.limit(1)).scalar() is not None:
        connection.execute(update(ATTEMPTS).where(ATTEMPTS.c.id == number).values(**fields))


def _versions(connection: Connection, keys: Sequence[TaskKey]) -> dict[TaskKey, int]:
    """Return the ids of tasks, written down if need be: in one order for all writers, so that none waits in a ring."""
    names = {key.digest: key for key in keys}
    found = {names[name]: number for name, number in connection.execute(_VERSIONS, {"names": list(names)})}
    for name, key in sorted(names.items()):
        if key not in found:
            fields = {field: getattr(key, field) for field in key.__dataclass_fields__}
            found[key] = ensure(connection, VERSIONS, {"digest": name}, **fields)
    return found


@dataclass(frozen=True)
class _There:
    """A submission's results: ids by version and digest, and by version the newest that the grader did not fail at."""

    numbers: dict[tuple[int, str], int]
    graded: dict[int, int]


def _there(connection: Connection, submission: int) -> _There:
    rows = connection.execute(_RESULTS, {"submission_id": submission}).all()
    return _There(
        {(version, digest): number for number, version, digest, _ in rows},
        {version: number for number, version, _, outcome in rows if outcome != Outcome.UNGRADED},
    )


def _report(connection: Connection, stored: bytes) -> int:
    unique = {"digest": hashlib.sha256(stored).hexdigest()}
    found = connection.execute(_REPORT, unique).scalar()
    if found is None:
        found = add(connection, REPORTS, {**unique, "body": zlib.compress(stored, LEVEL)})
    return int(connection.execute(_REPORT, unique).scalar_one() if found is None else found)


def _write(
    connection: Connection,
    submission: int,
    new: dict[tuple[int, str], Result],
    report: int,
    now: datetime,
    seconds: dict[str, float],
) -> _There:
    """Write results with their cases, and return all that are there now."""
    rows = [
        {
            "submission_id": submission, "version_id": version, "report_id": report, "digest": digest,
            "exercise": result.exercise, "outcome": str(result.outcome), "points": result.points,
            "max_points": result.max_points, "lead": result.lead.rule if result.lead else "", "recorded_at": now,
            "footprint": block(result.footprint) if result.footprint else None,
            "wall_s": seconds.get(result.exercise),
        }
        for (version, digest), result in new.items()
    ]  # fmt: skip
    connection.execute(insert(RESULTS), rows)
    there = _there(connection, submission)
    cases = [
        (
            there.numbers[place], position, storable_name(each.case), storable_name(each.criterion),
            each.outcome.value, each.points, each.max_points,
            storable_name(each.evidence.findings[0].rule) if each.evidence.findings else "",
            evidence_digest(each.evidence),
        )
        for place, result in new.items()
        for position, each in enumerate(result.verdicts)
    ]  # fmt: skip
    if cases:
        add_all(connection, CASES, _CASE, cases)
    return there


def _point(connection: Connection, submission: int, counting: dict[str, int]) -> None:
    """Make results, by exercise, those that count for a submission."""
    before = {row.exercise: row.result_id for row in connection.execute(_CURRENT, {"submission_id": submission})}
    for exercise, number in counting.items():
        if before.get(exercise, number) != number:
            place = (CURRENT.c.submission_id == submission) & (CURRENT.c.exercise == exercise)
            connection.execute(update(CURRENT).where(place).values(result_id=number))
    rows = [
        {"submission_id": submission, "exercise": exercise, "result_id": number}
        for exercise, number in counting.items()
        if exercise not in before
    ]
    if rows:
        connection.execute(insert(CURRENT), rows)
