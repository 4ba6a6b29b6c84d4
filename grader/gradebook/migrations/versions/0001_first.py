"""The first tables. A migration never changes once it has shipped, so it does not use `tables.py`."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NAME = sa.String(255)


def upgrade() -> None:
    """Bring a gradebook up to this version."""
    _handed_in()
    _graded()
    _settled()


def _id() -> "sa.Column[int]":
    return sa.Column("id", sa.Integer, primary_key=True)


def _named(*names: str) -> "list[sa.Column[str]]":
    return [sa.Column(name, NAME, nullable=False) for name in names]


def _key(name: str, target: str, table: str) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer, sa.ForeignKey(target, name=f"fk_{table}_{name}"), nullable=False)


def _create(table: str, *parts: "sa.schema.SchemaItem", indexed: tuple[str, ...] = ()) -> None:
    op.create_table(table, *parts)
    for column in indexed:
        op.create_index(f"ix_{table}_{column}", table, [column])


def _handed_in() -> None:
    _create(
        "students", _id(), *_named("key", "name", "email"), sa.Column("ids", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_students"), sa.UniqueConstraint("key", name="uq_students_key"),
    )  # fmt: skip
    _create(
        "submissions", _id(), *_named("digest"),
        sa.PrimaryKeyConstraint("id", name="pk_submissions"), sa.UniqueConstraint("digest", name="uq_submissions_digest"),
    )  # fmt: skip
    _create(
        "attempts", _id(),
        _key("student_id", "students.id", "attempts"), _key("submission_id", "submissions.id", "attempts"),
        *_named("file", "assignment"),
        sa.Column("handed_in", sa.DateTime), sa.Column("late", sa.Boolean, nullable=False),
        sa.Column("recorded_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
        sa.UniqueConstraint("student_id", "submission_id", name="uq_attempts_student_id_submission_id"),
        indexed=("student_id", "submission_id"),
    )  # fmt: skip


def _graded() -> None:
    _create(
        "versions", _id(), *_named("digest", "exercise", "exercise_digest", "reference_digest"),
        sa.Column("seed", sa.Integer, nullable=False), *_named("grader", "torch"),
        sa.PrimaryKeyConstraint("id", name="pk_versions"), sa.UniqueConstraint("digest", name="uq_versions_digest"),
        indexed=("exercise",),
    )  # fmt: skip
    _create(
        "reports", _id(), *_named("digest"), sa.Column("body", sa.LargeBinary(1 << 30), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reports"), sa.UniqueConstraint("digest", name="uq_reports_digest"),
    )  # fmt: skip
    _create(
        "results", _id(), _key("submission_id", "submissions.id", "results"),
        _key("version_id", "versions.id", "results"), _key("report_id", "reports.id", "results"),
        *_named("digest", "exercise", "outcome"), *_points(), *_named("lead"),
        sa.Column("recorded_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_results"),
        sa.UniqueConstraint("submission_id", "version_id", "digest", name="uq_results_submission_id_version_id_digest"),
        indexed=("submission_id", "version_id", "report_id", "exercise"),
    )  # fmt: skip
    _create(
        "cases", _id(), _key("result_id", "results.id", "cases"), sa.Column("position", sa.Integer, nullable=False),
        *_named("name", "criterion", "outcome"), *_points(), *_named("lead", "evidence_digest"),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.UniqueConstraint("result_id", "position", name="uq_cases_result_id_position"),
        indexed=("result_id", "evidence_digest"),
    )  # fmt: skip
    _create(
        "current_results", _key("submission_id", "submissions.id", "current_results"), *_named("exercise"),
        _key("result_id", "results.id", "current_results"),
        sa.PrimaryKeyConstraint("submission_id", "exercise", name="pk_current_results"),
        indexed=("result_id",),
    )  # fmt: skip


def _points() -> "list[sa.Column[float]]":
    return [sa.Column("points", sa.Float, nullable=False), sa.Column("max_points", sa.Float, nullable=False)]


def _settled() -> None:
    _create(
        "overrides", _id(), _key("student_id", "students.id", "overrides"), *_named("exercise"),
        sa.Column("points", sa.Float), sa.Column("comment", sa.Text, nullable=False), *_named("who"),
        sa.Column("why", sa.Text, nullable=False), sa.Column("made_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_overrides"),
        indexed=("student_id",),
    )  # fmt: skip
    _create(
        "policies", _id(), *_named("name"), sa.Column("body", sa.Text, nullable=False),
        sa.Column("saved_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_policies"), sa.UniqueConstraint("name", name="uq_policies_name"),
    )  # fmt: skip
