"""Reports and evidence as they are stored: blocks of `grader.wire`, which is JSON and arrays."""

from __future__ import annotations

import hashlib
import zlib
from typing import Any

import msgspec
from sqlalchemy import select

from grader import wire
from grader.errors import Mistake, WireError
from grader.gradebook.store import Gradebook, reading
from grader.gradebook.tables import ATTEMPTS, CURRENT, REPORTS, RESULTS, STUDENTS
from grader.model import Array, Evidence, Report

MAX_REPORT_BYTES = 1 << 28


def digest_of(value: msgspec.Struct) -> str:
    """Return a name of a value's content."""
    return hashlib.sha256(block(value)).hexdigest()


def block(value: msgspec.Struct) -> bytes:
    """Return a value as bytes; see `grader.wire`."""
    try:
        return wire.encode(value)
    except UnicodeEncodeError:  # a source may hold half of a surrogate pair, which UTF-8 cannot
        plain = _without_halves(msgspec.to_builtins(value, builtin_types=(bytes,), enc_hook=_parts))
        wire.learn(type(value))
        return wire.encode(msgspec.convert(plain, type(value), dec_hook=lambda _, parts: Array(*parts)))


def _parts(array: Any) -> tuple[str, tuple[int, ...], bytes]:
    return array.dtype, array.shape, array.data


def _without_halves(value: Any) -> Any:
    match value:
        case str():
            return value.encode("utf-8", "replace").decode("utf-8")
        case dict():
            return {key: _without_halves(item) for key, item in value.items()}
        case list() | tuple():
            return [_without_halves(item) for item in value]
    return value


_NOTHING = digest_of(Evidence())
"""The name of what was measured of a case that passed, as most do."""


def evidence_digest(evidence: Evidence) -> str:
    """Return a name of what was measured, to the last bit; equal mistakes are found by `grader.footprint`."""
    return _NOTHING if evidence == Evidence() else digest_of(evidence)


def reports(gradebook: Gradebook, key: str) -> tuple[Report, ...]:
    """Return the reports that count for a student, newest hand-in last; each holds only the results that count.

    Raises `Mistake` if one is damaged.
    """
    query = (
        select(ATTEMPTS.c.id, ATTEMPTS.c.file, REPORTS.c.digest, REPORTS.c.body, RESULTS.c.exercise)
        .join(STUDENTS, STUDENTS.c.id == ATTEMPTS.c.student_id)
        .join(CURRENT, CURRENT.c.submission_id == ATTEMPTS.c.submission_id)
        .join(RESULTS, RESULTS.c.id == CURRENT.c.result_id)
        .join(REPORTS, REPORTS.c.id == RESULTS.c.report_id)
        .where(STUDENTS.c.key == key)
        .order_by(ATTEMPTS.c.handed_in, ATTEMPTS.c.id, REPORTS.c.id)
    )
    with reading(gradebook) as connection:
        rows = connection.execute(query).all()
    wanted: dict[tuple[int, str, str, bytes], set[str]] = {}
    for attempt, file, digest, body, exercise in rows:
        wanted.setdefault((attempt, file, digest, body), set()).add(exercise)
    return tuple(report_of(file, digest, body, names) for (_, file, digest, body), names in wanted.items())


def report_of(file: str, digest: str, body: bytes, exercises: set[str]) -> Report:
    """Return a stored report with some of its results. Raises `Mistake` if it is damaged."""
    opener = zlib.decompressobj()
    try:
        block = opener.decompress(body, MAX_REPORT_BYTES)
        if hashlib.sha256(block).hexdigest() != digest:
            raise WireError("its digest is wrong")
        report = wire.decode(block, Report, header_bytes=MAX_REPORT_BYTES)
    except (zlib.error, WireError) as error:
        raise Mistake(f"a stored report of {file} is damaged: {error}", "Grade it again with --force.") from None
    results = tuple(result for result in report.results if result.exercise in exercises)
    return msgspec.structs.replace(
        report,
        submission=file,
        results=results,
        points=round(sum(result.points for result in results), 6),
        max_points=round(sum(result.max_points for result in results), 6),
    )
