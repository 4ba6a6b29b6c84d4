"""The tables. `migrations/` makes them; a test holds both equal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _storable(text: str) -> str:
    """Return a text without what databases refuse: null characters, and halves of surrogate pairs."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def storable_name(text: str) -> str:
    """Return a text as a `Name` is stored."""
    return _storable(text)[:255]


class Name(TypeDecorator[str]):
    """A text of at most 255 characters."""

    impl = String(255)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:  # noqa: ARG002 - SQLAlchemy's
        """Return what is stored."""
        return None if value is None else storable_name(value)


class Words(TypeDecorator[str]):
    """A text of any length."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:  # noqa: ARG002 - SQLAlchemy's
        """Return what is stored."""
        return None if value is None else _storable(value)


class Moment(TypeDecorator[datetime]):
    """A time in UTC; SQLite has no zones, so none is stored."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        """Return what is stored."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        """Return what was meant."""
        return None if value is None else value.replace(tzinfo=UTC)


def _key(name: str, target: str) -> Column[int]:
    return Column(name, Integer, ForeignKey(target), nullable=False, index=True)


STUDENTS = Table(
    "students", METADATA,
    Column("id", Integer, primary_key=True),
    Column("key", Name, nullable=False, unique=True),
    Column("name", Name, nullable=False),
    Column("email", Name, nullable=False),
    Column("ids", Words, nullable=False),  # a JSON list
)  # fmt: skip

SUBMISSIONS = Table(
    "submissions", METADATA,
    Column("id", Integer, primary_key=True),
    Column("digest", Name, nullable=False, unique=True),
    Column("body", LargeBinary(1 << 30)),  # the `Submission`, as reports are stored
)  # fmt: skip

ATTEMPTS = Table(
    "attempts", METADATA,
    Column("id", Integer, primary_key=True),
    _key("student_id", "students.id"),
    _key("submission_id", "submissions.id"),
    Column("file", Name, nullable=False),
    Column("assignment", Name, nullable=False),
    Column("handed_in", Moment),
    Column("late", Boolean, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    UniqueConstraint("student_id", "submission_id"),
)  # fmt: skip

VERSIONS = Table(
    "versions", METADATA,
    Column("id", Integer, primary_key=True),
    Column("digest", Name, nullable=False, unique=True),
    Column("exercise", Name, nullable=False, index=True),
    Column("exercise_digest", Name, nullable=False),
    Column("reference_digest", Name, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("grader", Name, nullable=False),
    Column("torch", Name, nullable=False),
)  # fmt: skip

REPORTS = Table(
    "reports", METADATA,
    Column("id", Integer, primary_key=True),
    Column("digest", Name, nullable=False, unique=True),
    Column("body", LargeBinary(1 << 30), nullable=False),  # zlib over `grader.wire`: JSON and arrays
)  # fmt: skip

RESULTS = Table(
    "results", METADATA,
    Column("id", Integer, primary_key=True),
    _key("submission_id", "submissions.id"),
    _key("version_id", "versions.id"),
    _key("report_id", "reports.id"),
    Column("digest", Name, nullable=False),
    Column("exercise", Name, nullable=False, index=True),
    Column("outcome", Name, nullable=False),
    Column("points", Float, nullable=False),
    Column("max_points", Float, nullable=False),
    Column("lead", Name, nullable=False),  # the rule's id, or nothing
    Column("recorded_at", Moment, nullable=False),
    Column("footprint", LargeBinary(1 << 30)),  # `grader.wire`; where nothing is wrong, none
    Column("wall_s", Float),  # the worker's seconds; not part of the digest, for no two runs agree in them
    UniqueConstraint("submission_id", "version_id", "digest"),
)  # fmt: skip

CASES = Table(
    "cases", METADATA,
    Column("id", Integer, primary_key=True),
    Column("result_id", Integer, ForeignKey("results.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("name", Name, nullable=False),
    Column("criterion", Name, nullable=False),
    Column("outcome", Name, nullable=False),
    Column("points", Float, nullable=False),
    Column("max_points", Float, nullable=False),
    Column("lead", Name, nullable=False),
    Column("evidence_digest", Name, nullable=False),
    UniqueConstraint("result_id", "position"),
)  # fmt: skip

CURRENT = Table(
    "current_results", METADATA,
    Column("submission_id", Integer, ForeignKey("submissions.id"), primary_key=True),
    Column("exercise", Name, primary_key=True),
    _key("result_id", "results.id"),
)  # fmt: skip

OVERRIDES = Table(
    "overrides", METADATA,
    Column("id", Integer, primary_key=True),
    _key("student_id", "students.id"),
    Column("exercise", Name, nullable=False),
    Column("points", Float),  # None: an earlier override is withdrawn
    Column("comment", Words, nullable=False),
    Column("who", Name, nullable=False),
    Column("why", Words, nullable=False),
    Column("made_at", Moment, nullable=False),
)  # fmt: skip

POLICIES = Table(
    "policies", METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", Name, nullable=False, unique=True),
    Column("body", Words, nullable=False),  # the policy as JSON
    Column("saved_at", Moment, nullable=False),
)  # fmt: skip
