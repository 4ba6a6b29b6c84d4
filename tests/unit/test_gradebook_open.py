"""Opening a gradebook, and policies as data."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from grader import gradebook as book
from grader.errors import Mistake
from grader.gradebook.policy import LateStep, Policy, decode, encode, late_s, lost, read_policy
from grader.gradebook.store import reading, writing
from grader.intake import Student
from grader.model import Cell, Outcome, Report, Result, Submission
from tests import databases

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_gradebooks_that_cannot_be_had(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("this is no database, whatever its name says; " * 9)
    for address, problem in [
        (tmp_path / "text.db", "file is not a database"),
        (tmp_path / "none" / "grades.db", "unable to open"),
        ("nosuch://x/y", "names no database"),
        ("://", "is no database's URL"),
        ("postgresql://nobody@127.0.0.1:1/x", "cannot be used"),
        ("mysql+pymysql://a:b@c/d", "driver pymysql .* is not installed"),
    ]:
        with pytest.raises(Mistake, match=problem):
            book.connect(address)
    with pytest.raises(Mistake, match="there is no gradebook"):
        book.connect(tmp_path / "absent.db", create=False)
    assert not (tmp_path / "absent.db").exists()


def test_a_file_that_somebody_is_writing_to_is_waited_for(tmp_path: Path) -> None:
    holder = sqlite3.connect(tmp_path / "g.db", check_same_thread=False, isolation_level=None)
    holder.execute("CREATE TABLE other (x)")
    holder.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.3, lambda: holder.execute("COMMIT"))
    release.start()
    with book.opened(tmp_path / "g.db") as opened, reading(opened) as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
    release.join()
    holder.close()


def test_a_newer_gradebook_is_not_touched(tmp_path: Path) -> None:
    with book.opened(tmp_path / "g.db") as opened, writing(opened) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Mistake, match=r"was written by a newer grader \(its format is"):
        book.connect(tmp_path / "g.db")


def test_a_gradebook_from_before_the_class_report_is_brought_up_to_date(tmp_path: Path) -> None:
    """What was recorded stays, has no group, gets its source when the same bytes are seen again, and loses spare indexes."""
    path = tmp_path / "g.db"
    handed = book.HandIn(Student("ann"), "d", "a.py", NOW)
    graded = Result(exercise="e", title="", outcome=Outcome.WRONG, points=1, max_points=2, verdicts=())
    key = book.TaskKey("e", "1", "1", 0, "0", "2")
    report = Report(submission="a.py", digest="d", lesson="", results=(graded,), points=1, max_points=2)
    with book.opened(path) as opened:
        book.record(opened, handed, report, [key], NOW)
    with closing(sqlite3.connect(path)) as raw, raw:
        for table, column in (("submissions", "body"), ("results", "footprint"), ("results", "wall_s")):
            raw.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        for column in ("result_id", "evidence_digest"):
            raw.execute(f"CREATE INDEX ix_cases_{column} ON cases ({column})")
        raw.execute("UPDATE alembic_version SET version_num = '0001'")
    with book.opened(path) as opened:
        assert [(grade.student.key, grade.points) for grade in book.grades(opened, Policy())] == [("ann", 1.0)]
        (answer,) = book.answers(opened, "e")
        assert (answer.footprint, answer.wall_s) == (None, None)
        assert list(book.sources(opened, frozenset({"d"}))) == []
        source = Submission(
            name="a.py", notebook=False, cells=(Cell(index=0, source="x\ud800", where="a"),), digest="d"
        )
        book.record(opened, replace(handed, source=source), None, [key], NOW)
        assert [each.cells[0].source for each in book.sources(opened, frozenset({"d"}))] == ["x?"]
    with closing(sqlite3.connect(path)) as raw:
        named = raw.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE 'ix_cases_%'").fetchall()
    assert named == []


def test_passwords_are_not_told() -> None:
    with pytest.raises(Mistake, match="cannot be used") as raised:
        book.connect("postgresql://nobody:secret@127.0.0.1:1/x")
    assert "secret" not in str(raised.value)


def test_policies_as_data(tmp_path: Path) -> None:
    policy = Policy(
        attempt="last",
        deadline=NOW,
        late=(LateStep(after_hours=0, loses=0.2),),
        extensions={"a": book.Extension(hours=2)},
    )
    assert decode(encode(policy), "x") == policy
    path = tmp_path / "p.json"
    path.write_text(encode(policy))
    assert read_policy(path) == policy
    assert late_s(policy, "a", NOW + timedelta(hours=3)) == 3600.0
    assert late_s(policy, "b", NOW) == 0.0 == late_s(policy, "b", None) == late_s(Policy(), "b", NOW)
    assert (lost(policy, 1.0), lost(policy, 0.0)) == (0.2, 0.0)
    for text_, problem in [
        ('{"attempt": "worst"}', "attempt"),
        ('{"deadline": "2026-01-01T00:00:00"}', "deadline"),
        ('{"late": [{"after_hours": 1, "loses": 2}]}', "loses"),
        ('{"dropt": []}', "dropt"),
        ("[", "is no policy"),
    ]:
        with pytest.raises(Mistake, match=problem):
            decode(text_, "x")


def test_without_postgresql_nothing_is_left_out_unnoticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "_programs", lambda: None)
    monkeypatch.delenv("GRADER_NO_POSTGRESQL", raising=False)
    with pytest.raises(pytest.fail.Exception, match="run `make postgresql` as root"), databases.postgresql():
        pass
    monkeypatch.setenv("GRADER_NO_POSTGRESQL", "1")
    with pytest.raises(pytest.skip.Exception, match="no gradebook was kept in PostgreSQL"), databases.postgresql():
        pass
