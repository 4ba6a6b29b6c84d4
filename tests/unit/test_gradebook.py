from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select, text, update

from grader import gradebook as book
from grader.errors import Mistake
from grader.gradebook import store, tables
from grader.gradebook.policy import LateStep, Policy
from grader.gradebook.store import Gradebook, reading, writing
from grader.gradebook.values import Change, Grade, HandIn, TaskKey
from grader.intake import Student
from grader.model import Case, Cell, Evidence, Finding, Footprint, Outcome, Report, Result, Submission, Verdict
from tests import builders, databases
from tests.snapshots import reports as snapshots

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
COUNTER = itertools.count()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with databases.postgresql() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/grades.db"
    return databases.schema(request.getfixturevalue("server"), f"t{os.getpid()}_{next(COUNTER)}")


@pytest.fixture
def grades_book(address: str) -> Iterator[Gradebook]:
    with book.opened(address) as opened:
        yield opened


def key(exercise: str = "mse", version: str = "1", seed: int = 0) -> TaskKey:
    return TaskKey(exercise, f"exercise-{version}", f"reference-{version}", seed, "0.1.0", "2.4")


def result(exercise: str = "mse", points: float = 5.0, outcome: Outcome = Outcome.PASSED, most: float = 10.0) -> Result:
    lead = None if outcome is Outcome.PASSED else Finding(rule="value.wrong-axis", rank=1)
    evidence = Evidence(findings=(lead,) if lead else (), output=f"{points}")
    verdicts = tuple(
        Verdict(case=case.name, outcome=outcome, points=points / 2, max_points=most / 2, evidence=evidence)
        for case in (Case(name="typical"), Case(name="one"))
    )
    return Result(
        exercise=exercise, title="T", outcome=outcome, points=points, max_points=most, verdicts=verdicts, lead=lead
    )


def report(*results: Result, digest: str = "d1") -> Report:
    return Report(submission="a.py", digest=digest, lesson="losses", results=results, points=0.0, max_points=0.0)


def handed(student: str = "alice", digest: str = "d1", day: int | None = 1, file: str = "a.py") -> HandIn:
    at = None if day is None else datetime(2026, 2, day, tzinfo=UTC)
    return HandIn(Student(student, student.title(), f"{student}@x.edu", ("9",)), digest, file, at)


def put(gradebook: Gradebook, who: HandIn, *results: Result, version: str = "1") -> None:
    made = report(*results, digest=who.digest)
    book.record(gradebook, who, made, [key(each.exercise, version) for each in results], NOW)


def dump(gradebook: Gradebook) -> dict[str, list[tuple[object, ...]]]:
    with reading(gradebook) as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in tables.METADATA.sorted_tables
        }


def points(grades: tuple[Grade, ...]) -> dict[str, float]:
    return {grade.student.key: grade.points for grade in grades}


def test_migrations_make_the_tables(grades_book: Gradebook) -> None:
    with reading(grades_book) as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "target_metadata": tables.METADATA}
        )
        assert compare_metadata(context, tables.METADATA) == []
        assert context.get_current_revision() == store.HEAD
    config = Config()
    config.set_main_option("script_location", str(Path(store.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == store.HEAD


def test_the_same_again_changes_nothing(grades_book: Gradebook) -> None:
    put(grades_book, handed(), result(), result("bce", 1.0, Outcome.WRONG))
    before = dump(grades_book)
    put(grades_book, handed(), result(), result("bce", 1.0, Outcome.WRONG))
    book.record(grades_book, handed(day=9), None, [key(), key("bce")], NOW + timedelta(days=1))
    assert dump(grades_book) == before
    assert {name: len(rows) for name, rows in before.items()} == {
        "students": 1, "submissions": 1, "attempts": 1, "versions": 2, "reports": 1, "results": 2, "cases": 4,
        "current_results": 2, "overrides": 0, "policies": 0,
    }  # fmt: skip


def test_what_is_kept_of_answers(grades_book: Gradebook) -> None:
    mark = Footprint(kind="k", sums=builders.array([1.0], "float64"), slack=builders.array([0.1], "float64"))
    wrong = msgspec.structs.replace(result(points=2.0, outcome=Outcome.WRONG), footprint=mark)
    cell = Cell(index=0, source="x = 1\n" * 999, where="a.py")
    source = Submission(name="a.py", notebook=False, cells=(cell,), digest="d1")
    made = report(wrong, result("bce"))
    who = replace(handed(), source=source)
    book.record(grades_book, who, made, [key(), key("bce")], NOW, [("mse", 0.5)])
    book.record(grades_book, replace(who, student=Student("bob")), made, [key(), key("bce")], NOW, [("mse", 0.7)])
    (answer,) = book.answers(grades_book, "mse")
    assert (answer.digest, answer.footprint, answer.wall_s, answer.lead) == ("d1", mark, 0.5, "value.wrong-axis")
    assert [each.footprint for each in book.answers(grades_book, "bce")] == [None]
    assert [(each.name, each.points, each.max_points) for each in book.case_losses(grades_book, "mse")] == [
        ("typical", 1.0, 5.0), ("one", 1.0, 5.0),
    ]  # fmt: skip
    assert book.counting_report(grades_book, answer.result).results == (wrong,)
    assert list(book.sources(grades_book, frozenset({"d1", "none"}))) == [source]
    assert [(each.student, each.exercises) for each in book.hand_ins(grades_book)] == [
        ("alice", ("bce", "mse")), ("bob", ("bce", "mse")),
    ]  # fmt: skip
    (grade, _) = book.grades(grades_book, Policy())
    assert {each.exercise: each.result for each in grade.exercises}["mse"] == answer.result
    states = book.report_states(grades_book)
    assert states["alice"] == states["bob"]
    put(grades_book, handed(), result(points=3.0), version="2")
    assert book.report_states(grades_book) != states
    with writing(grades_book) as connection:
        connection.execute(update(tables.SUBMISSIONS).values(body=b"x"))
        connection.execute(update(tables.RESULTS).values(footprint=b"x"))
    with pytest.raises(Mistake, match="the source of d1 is damaged"):
        list(book.sources(grades_book, frozenset({"d1"})))
    assert {each.footprint for each in book.answers(grades_book, "mse")} == {None}


def test_known_are_the_same_bytes_against_the_same_versions(grades_book: Gradebook) -> None:
    put(grades_book, handed(), result(), result("bce", 0.0, Outcome.UNGRADED))
    asked = [key(), key("bce"), key("kl"), key(seed=1), key(version="2")]
    assert book.known(grades_book, "d1", asked) == {key()}
    assert book.known(grades_book, "d2", asked) == frozenset()
    assert book.known(grades_book, "d1", []) == frozenset()


def test_what_was_left_ungraded_is_graded_again_and_counts(grades_book: Gradebook) -> None:
    put(grades_book, handed(), result("bce", 0.0, Outcome.UNGRADED))
    put(grades_book, handed(), result("bce", 7.0))
    assert points(book.grades(grades_book, Policy())) == {"alice": 7.0}
    put(grades_book, handed(), result("bce", 0.0, Outcome.UNGRADED))
    book.record(grades_book, handed(), None, [key("bce")], NOW)
    assert points(book.grades(grades_book, Policy())) == {"alice": 7.0}


def test_a_regrade_keeps_history_and_going_back_brings_the_old_verdict_back(grades_book: Gradebook) -> None:
    put(grades_book, handed(), result(points=5.0))
    put(grades_book, handed(), result(points=8.0), version="2")
    assert points(book.grades(grades_book, Policy())) == {"alice": 8.0}
    (attempt,) = book.history(grades_book, "alice")
    assert [(step.points, step.exercise_digest, step.current) for step in attempt.steps] == [
        (5.0, "exercise-1", False),
        (8.0, "exercise-2", True),
    ]
    book.record(grades_book, handed(), None, [key()], NOW)
    assert points(book.grades(grades_book, Policy())) == {"alice": 5.0}
    assert attempt.handed_in == datetime(2026, 2, 1, tzinfo=UTC)
    assert attempt.recorded_at == NOW


def test_two_students_with_the_same_bytes_share_the_verdict(grades_book: Gradebook) -> None:
    put(grades_book, handed("alice"), result())
    book.record(grades_book, handed("bob", file="b.py"), None, [key()], NOW)
    assert points(book.grades(grades_book, Policy())) == {"alice": 5.0, "bob": 5.0}
    assert [each.submission for each in book.reports(grades_book, "bob")] == ["b.py"]


def test_overrides_survive_a_regrade_and_can_be_withdrawn(grades_book: Gradebook) -> None:
    put(grades_book, handed(), result())
    word = book.Override("alice", "mse", 9.5, "nice proof", "prof", "partly by hand", NOW)
    book.override(grades_book, word)
    put(grades_book, handed(), result(points=1.0), version="2")
    (grade,) = book.grades(grades_book, Policy())
    assert (grade.points, grade.exercises[0].comment, grade.exercises[0].by) == (9.5, "nice proof", "prof")
    assert grade.exercises[0].earned == 1.0
    withdrawn = book.Override("alice", "mse", None, "", "prof", "a mistake", NOW)
    book.override(grades_book, withdrawn)
    assert points(book.grades(grades_book, Policy())) == {"alice": 1.0}
    assert book.overrides(grades_book, "alice") == (word, withdrawn) == book.overrides(grades_book)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"who": " "}, "an override needs who made it and why"),
        ({"why": ""}, "an override needs who made it and why"),
        ({"points": -1.0}, "are no points"),
        ({"points": float("nan")}, "are no points"),
        ({"student": "eve"}, "no student 'eve'"),
        ({"exercise": "nose"}, "no 'nose' has been graded\nExercises: mse"),
    ],
)
def test_overrides_that_are_mistakes(grades_book: Gradebook, fields: dict[str, object], problem: str) -> None:
    put(grades_book, handed(), result())
    usual = {
        "student": "alice",
        "exercise": "mse",
        "points": 1.0,
        "comment": "",
        "who": "me",
        "why": "so",
        "made_at": NOW,
    }
    with pytest.raises(Mistake, match=problem):
        book.override(grades_book, book.Override(**(usual | fields)))  # type: ignore[arg-type]
    assert book.overrides(grades_book) == ()


def test_policies_settle_attempts(grades_book: Gradebook) -> None:
    put(grades_book, handed(digest="d1", day=1), result(points=8.0), result("bce", 4.0))
    put(grades_book, handed(digest="d2", day=3), result(points=6.0))
    put(grades_book, handed("bob", digest="d3", day=3), result(points=10.0))
    book.enroll(grades_book, [Student("cy", "Cy")])
    late = Policy(
        deadline=datetime(2026, 2, 2, tzinfo=UTC),
        late=(
            LateStep(after_hours=0, loses=0.1),
            LateStep(after_hours=20, loses=0.5),
            LateStep(after_hours=90, loses=1),
        ),
        extensions={"bob": book.Extension(hours=24, why="ill")},
    )
    assert points(book.grades(grades_book, Policy())) == {"alice": 12.0, "bob": 10.0, "cy": 0.0}
    assert points(book.grades(grades_book, Policy(attempt="last"))) == {"alice": 10.0, "bob": 10.0, "cy": 0.0}
    assert points(book.grades(grades_book, Policy(dropped=("bce",)))) == {"alice": 8.0, "bob": 10.0, "cy": 0.0}
    assert points(book.grades(grades_book, late)) == {"alice": 12.0, "bob": 10.0, "cy": 0.0}
    last = msgspec.structs.replace(late, attempt="last")
    assert points(book.grades(grades_book, last)) == {"alice": 7.0, "bob": 10.0, "cy": 0.0}
    alice, bob, cy = book.grades(grades_book, last)
    assert [(each.exercise, each.late_s, each.earned) for each in alice.exercises] == [
        ("bce", 0.0, 4.0),
        ("mse", 86400.0, 6.0),
    ]
    assert (cy.handed_in, bob.handed_in, cy.max_points) == (False, True, 20.0)
    assert cy.exercises[0].outcome == "not_attempted"


def test_handing_in_an_old_version_again_makes_it_the_last(grades_book: Gradebook) -> None:
    put(grades_book, handed(digest="d1", day=1), result(points=8.0))
    put(grades_book, handed(digest="d2", day=3), result(points=6.0))
    put(grades_book, handed(digest="d2", day=4), result(points=6.0))
    assert [each.handed_in.day for each in book.history(grades_book, "alice") if each.handed_in] == [1, 3]
    put(grades_book, handed(digest="d1", day=5), result(points=8.0))
    assert points(book.grades(grades_book, Policy(attempt="last"))) == {"alice": 8.0}


def test_policies_are_kept_by_name(grades_book: Gradebook) -> None:
    assert book.load_policy(grades_book) == Policy()
    book.save_policy(grades_book, Policy(attempt="last"), NOW)
    book.save_policy(grades_book, Policy(dropped=("mse",)), NOW)
    assert book.load_policy(grades_book) == Policy(dropped=("mse",))
    with pytest.raises(Mistake, match=r"no policy 'kind'.*\nPolicies: usual"):
        book.load_policy(grades_book, "kind")


def test_changes_are_told_before_they_are_written(grades_book: Gradebook) -> None:
    made = report(result(points=5.0))
    new = Change("alice", "mse", None, 5.0, 10.0, "", "passed")
    assert book.changed(grades_book, handed(), made) == (new,)
    put(grades_book, handed(), result(points=5.0))
    book.record(grades_book, handed("bob"), None, [key()], NOW)
    before = dump(grades_book)
    assert book.changed(grades_book, handed(), made) == ()
    worse = report(result(points=2.0, outcome=Outcome.WRONG))
    assert book.changed(grades_book, handed("bob"), worse) == (
        Change("alice", "mse", 5.0, 2.0, 10.0, "passed", "wrong"),
        Change("bob", "mse", 5.0, 2.0, 10.0, "passed", "wrong"),
    )
    assert dump(grades_book) == before


def test_students_are_found_by_whatever_they_are_called(grades_book: Gradebook) -> None:
    book.enroll(
        grades_book, [Student("al", "Ann Lee", "ann@x.edu", ("123",)), Student("bd", "Bob"), Student("b2", "Bob")]
    )
    book.enroll(grades_book, [Student("al", "al", "", ("456",)), Student("bd", "Bob", "bob@x.edu")])
    for called in ("al", "AL", "ann lee", "ann@x.edu", "123", "456"):
        assert book.student(grades_book, called) == Student("al", "Ann Lee", "ann@x.edu", ("123", "456"))
    assert book.student(grades_book, "bob@x.edu").key == "bd"
    with pytest.raises(Mistake, match="may be any of b2, bd"):
        book.student(grades_book, "bob")
    with pytest.raises(Mistake, match=r"no student 'Ann Lea'.*\nDid you mean Ann Lee"):
        book.student(grades_book, "Ann Lea")
    with pytest.raises(Mistake, match="It has 3 students"):
        book.student(grades_book, "zzz")


@pytest.mark.parametrize("made", [snapshots.HOSTILE], ids=["hostile"])
def test_text_that_databases_refuse_is_kept_as_well_as_can_be(grades_book: Gradebook, made: str) -> None:
    odd = msgspec.structs.replace(result(), statement=made, title=f"{made}\0")
    who = HandIn(Student(f"eve\0{made}", made), "d9", f"{made}\0" + "x" * 300)
    book.record(grades_book, who, report(odd, digest="d9"), [key()], NOW)
    book.record(grades_book, who, report(odd, digest="d9"), [key()], NOW)
    (grade,) = book.grades(grades_book, Policy())
    (kept,) = book.reports(grades_book, grade.student.key)
    assert kept.results[0].points == 5.0
    assert "\x1b[31mred" in kept.results[0].statement


def test_reports_come_back_as_they_were(grades_book: Gradebook) -> None:
    made = report(result(), result("bce", 1.0))
    put(grades_book, handed(), *made.results)
    (kept,) = book.reports(grades_book, "alice")
    assert kept == msgspec.structs.replace(made, points=6.0, max_points=20.0)
    put(grades_book, handed(), result("bce", 3.0), version="2")
    assert [[each.exercise for each in kept.results] for kept in book.reports(grades_book, "alice")] == [
        ["mse"],
        ["bce"],
    ]
    assert book.reports(grades_book, "eve") == ()
    for body in (b"nothing", zlib.compress(b"another")):
        with writing(grades_book) as connection:
            connection.execute(update(tables.REPORTS).values(body=body))
        with pytest.raises(Mistake, match=r"stored report of a\.py is damaged"):
            book.reports(grades_book, "alice")


def test_an_exception_leaves_nothing_behind(grades_book: Gradebook) -> None:
    put(grades_book, handed(), result())
    before = dump(grades_book)
    with pytest.raises(AssertionError, match="no task key"):
        book.record(grades_book, handed("bob"), report(result()), [], NOW)
    with pytest.raises(ZeroDivisionError):
        _fail_in_the_middle(grades_book)
    assert dump(grades_book) == before


def _fail_in_the_middle(gradebook: Gradebook) -> None:
    with writing(gradebook) as connection:
        connection.execute(update(tables.STUDENTS).values(name="x"))
        raise ZeroDivisionError


def test_many_graders_at_once_are_safe(address: str) -> None:
    def work(number: int) -> None:
        with book.opened(address) as mine:
            for each in range(6):
                who = handed(f"s{each}", f"d{each % 3}")
                put(mine, who, result(), result("bce", float(number % 2)))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    with book.opened(address) as after:
        counts = {name: len(rows) for name, rows in dump(after).items()}
    assert counts["students"] == counts["attempts"] == 6
    assert (counts["submissions"], counts["versions"], counts["current_results"]) == (3, 2, 6)
    assert (counts["results"], counts["cases"]) == (9, 18)


KILLED = """
import sys, datetime
from tests.unit.test_gradebook import book, put, handed, result
with book.opened(sys.argv[1]) as opened:
    print("ready", flush=True)
    for number in range(100_000):
        put(opened, handed(f"s{number}", f"d{number}"), result(), result("bce"))
"""


def test_a_kill_leaves_whole_records_alone(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/grades.db"
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", KILLED, address], stdout=subprocess.PIPE, cwd=root) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.3)
        process.send_signal(signal.SIGKILL)
    with book.opened(address) as opened:
        counts = {name: len(rows) for name, rows in dump(opened).items()}
        assert counts["students"] > 0
        assert counts["attempts"] == counts["submissions"] == counts["reports"] == counts["students"]
        assert counts["results"] == counts["current_results"] == 2 * counts["students"]
        assert counts["cases"] == 2 * counts["results"]
        with reading(opened) as connection:
            assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
            assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
            assert connection.execute(select(func.count()).select_from(tables.STUDENTS)).scalar() == counts["students"]
