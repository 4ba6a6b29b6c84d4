"""Batches: bounded work and clean ends with fakes, and one small class that is really graded."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader import batch, classroom, course, gradebook
from grader.class_progress import Board, board, change_lines, kind, problem_lines, summed
from grader.classroom import Asked, Desk, Done, said
from grader.errors import Mistake
from grader.gradebook import Change, TaskKey
from grader.intake import Found, Problem, ProblemKind, Student, find
from grader.model import Outcome, Report, Result, Verdict
from grader.sandbox.bench import Bench
from tests.conftest import ROOT, Command

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_everything_is_done_and_little_is_in_flight() -> None:
    drawn, most, told = [0], [0], Counter[object]()

    def source() -> Iterator[int]:
        for number in range(200):
            drawn[0] += 1
            most[0] = max(most[0], drawn[0] - told.total())
            yield number

    def work(number: int) -> int:
        if number == 7:
            raise Mistake("seven")
        return number * number

    def on_done(number: int, outcome: int | Exception) -> None:
        told["error" if isinstance(outcome, Exception) else outcome == number * number] += 1

    with ThreadPoolExecutor(3) as pool:
        assert batch.run(source(), work, pool, on_done, in_flight=5) is True
    assert told == {True: 199, "error": 1}
    assert most[0] <= 6


def test_a_stop_finishes_what_has_begun_and_no_more() -> None:
    begun, told = list[int](), list[int]()
    go = threading.Event()

    def work(number: int) -> int:
        begun.append(number)
        go.wait(5)
        return number

    def stopped() -> bool:
        if len(begun) >= 2:
            go.set()
            return True
        return False

    with ThreadPoolExecutor(2) as pool:
        whole = batch.run(
            iter(range(50)), work, pool, lambda number, _: told.append(number), in_flight=2, stopped=stopped
        )
    assert whole is False
    assert sorted(told) == sorted(begun) == [0, 1]


def test_what_has_not_begun_is_left_out() -> None:
    told, pressed, go = list[int](), threading.Event(), threading.Event()

    def source() -> Iterator[int]:
        yield from range(4)
        pressed.set()
        yield 4

    with ThreadPoolExecutor(1) as pool:
        pool.submit(go.wait, 5)  # the only worker is busy elsewhere
        whole = batch.run(
            source(), abs, pool, lambda number, _: told.append(number), in_flight=9, stopped=pressed.is_set
        )
        go.set()
    assert (whole, told) == (False, [])


def test_a_fault_of_ours_ends_the_batch_after_what_has_begun() -> None:
    finished = list[int]()

    def on_done(number: int, _: object) -> None:
        raise Mistake("the disk is full")

    def work(number: int) -> None:
        time.sleep(0.01)
        finished.append(number)

    with ThreadPoolExecutor(2) as pool, pytest.raises(Mistake, match="disk is full"):
        batch.run(range(9), work, pool, on_done, in_flight=2)
    assert len(finished) <= 2


class Dying(ThreadPoolExecutor):
    def submit(self, fn, /, *args, **kwargs):  # type: ignore[no-untyped-def]
        if args[0] == 2:
            raise BrokenExecutor("a process was killed")
        future: Future[object] = Future()
        future.set_result(fn(*args))
        return future


def test_an_executor_that_dies_is_told_and_loses_nothing() -> None:
    told = list[int]()
    with pytest.raises(Mistake, match=r"a process was killed\nGive the same command again"):
        batch.run(range(9), abs, Dying(1), lambda number, _: told.append(number), in_flight=5)
    assert told == [0, 1]


def test_the_first_interrupt_asks_and_the_second_interrupts() -> None:
    said_ = list[str]()
    with pytest.raises(KeyboardInterrupt):
        _interrupt_twice(said_)
    assert said_ == ["stopping"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(_quiet).result() is False


def _interrupt_twice(said_: list[str]) -> None:
    with batch.interruptible(lambda: said_.append("stopping")) as stopped:
        assert not stopped()
        os.kill(os.getpid(), signal.SIGINT)
        assert stopped()
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(1)


def _quiet() -> bool:
    with batch.interruptible(lambda: None) as stopped:
        return stopped()


# A class, with a fake desk: what is graded is decided by what is known.


def report(digest: str, names: tuple[str, ...], points: float) -> Report:
    outcome = Outcome.PASSED if points >= 5 else Outcome.WRONG
    verdict = Verdict(case="typical", outcome=outcome, points=points, max_points=5.0)
    results = tuple(
        Result(exercise=name, title="", outcome=outcome, points=points, max_points=5.0, verdicts=(verdict,))
        for name in names
    )
    return Report(submission="x", digest=digest, lesson="losses", results=results, points=points, max_points=5.0)


class FakeDesk(Desk):
    points = 5.0
    version = "1"

    def key(self, name: str) -> TaskKey:
        return TaskKey(name, FakeDesk.version if name == "mse_loss" else "1", "", 0, "", "")

    def prepare(self, name: str) -> None:
        pass

    def grade(self, work: classroom.Work) -> classroom.Graded:
        self.keys[f"{work.found.student.key}:{','.join(work.names)}"] = work.keys[0]
        return classroom.Graded(report(work.handed.digest, work.names, FakeDesk.points))


def fake_run(
    folder: Path, book: gradebook.Gradebook, stop_at: int = 99, **asked: object
) -> tuple[list[str], Board, bool]:
    desk = FakeDesk(Asked(course.load(ROOT), jobs=2, **asked), Bench(None), None)  # type: ignore[arg-type]
    with board(9) as shown, classroom.here(desk) as hall:
        whole = classroom.run(
            find([folder]).submissions, desk, book, shown.tell, lambda: shown.counts.total() >= stop_at, hall
        )
    return sorted(desk.keys), shown, whole


BOTH = "def mse_loss(p, t): ...\ndef l1_loss(p, t): ...\n"


def a_class(folder: Path) -> Path:
    for student, text in (("ann", BOTH), ("bob", BOTH + "# bob's\n"), ("cy", "x = 1\n"), ("dan", "")):
        (folder / student).mkdir(parents=True)
        (folder / student / "answers.py").write_text(text)
    return folder


def test_what_is_known_is_not_graded_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = a_class(tmp_path / "in")
    monkeypatch.setattr(FakeDesk, "points", 5.0)
    monkeypatch.setattr(FakeDesk, "version", "1")
    everything = ["ann:mse_loss,l1_loss", "bob:mse_loss,l1_loss"]
    with gradebook.opened(tmp_path / "g.db") as book:
        graded, shown, whole = fake_run(folder, book, dry_run=True)
        assert (graded, whole) == (everything, True)
        assert gradebook.history(book, "ann") == ()
        graded, shown, _ = fake_run(folder, book)
        assert graded == everything
        assert shown.counts == {"passed": 2, "not read": 2}
        assert any("defines none of this course's exercises" in line for line in shown.lines)
        assert len(gradebook.students(book)) == 4, "who cannot be read is in the class all the same"
        (empty,) = (line for line in shown.lines if "is empty" in line)
        assert empty.count(str(folder)) == 1, "the place is told once"
        assert "ann  answers.py  5 / 5" in capsys.readouterr().out
        graded, shown, _ = fake_run(folder, book)
        assert graded == []
        assert shown.counts == {"graded before": 2, "not read": 2}
        _, shown, whole = fake_run(folder, book, stop_at=1)
        assert (shown.counts, whole) == ({"graded before": 1}, False)
        monkeypatch.setattr(FakeDesk, "version", "2")  # one exercise changed: that one alone is graded again
        monkeypatch.setattr(FakeDesk, "points", 2.0)
        graded, shown, _ = fake_run(folder, book, dry_run=True)
        assert graded == ["ann:mse_loss", "bob:mse_loss"]
        assert change_lines(shown.changes)[0] == "ann  mse_loss  5 -> 2  (-3)  passed -> wrong"
        assert [grade.points for grade in gradebook.grades(book, gradebook.Policy())] == [10.0, 10.0, 0.0, 0.0]
        graded, shown, _ = fake_run(folder, book)
        assert [grade.points for grade in gradebook.grades(book, gradebook.Policy())] == [7.0, 7.0, 0.0, 0.0]
        graded, _, _ = fake_run(folder, book, force=True)
        assert graded == everything


def test_what_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    found = Found(Student("eve\x1b[2J"), Path("a/x.py"))
    ungraded = Verdict(case="c", outcome=Outcome.UNGRADED, points=0, max_points=1)
    broken = Report(
        submission="x", digest="", lesson="", points=0, max_points=1,
        results=(Result(exercise="e", title="", outcome=Outcome.WRONG, points=0, max_points=1, verdicts=(ungraded,)),),
    )  # fmt: skip
    assert [kind(Done(found, each)) for each in (broken, report("", ("e",), 1.0), None)] == [
        "ungraded",
        "not all passed",
        "graded before",
    ]
    with pytest.raises(KeyError) as raised:
        {}["x"]
    assert "the grader failed: KeyError: 'x' (" in said(raised.value)
    assert kind(Done(found, error=raised.value)) == "ungraded"
    assert said(RuntimeError("no trace")) == "the grader failed: RuntimeError: no trace"
    assert summed(Counter()) == "nothing"
    with board(1) as shown:
        shown.tell(Done(found))
    assert "\x1b" not in capsys.readouterr().out
    problems = (Problem(ProblemKind.MISSING, "b"), Problem(ProblemKind.DOUBLE, "a\x1b"))
    assert problem_lines(problems) == ["missing: b", "double: a\ufffd"]
    assert change_lines([Change("s", "e", 1.0, 2.0, 3.0, "wrong", "wrong")]) == ["s  e  1 -> 2  (+1)"]


def test_a_bar_is_drawn_on_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    with board(2) as shown:
        shown.tell(Done(Found(Student("a"), Path("x.py"))))
    streams = capsys.readouterr()
    assert "1 graded before" in streams.err
    assert "1/2" in streams.err
    assert streams.out == ""


def rows(path: Path) -> list[tuple[object, ...]]:
    """What a gradebook holds of the class, without row numbers and times of recording."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(
            "SELECT students.key, results.exercise, results.outcome, results.points, results.digest, reports.digest,"
            " cases.name, cases.outcome, cases.evidence_digest, versions.digest FROM attempts"
            " JOIN students ON students.id = student_id JOIN current_results USING (submission_id)"
            " JOIN results ON results.id = current_results.result_id JOIN reports ON reports.id = report_id"
            " JOIN versions ON versions.id = version_id JOIN cases ON cases.result_id = results.id"
            " ORDER BY 1, 2, 7"
        ).fetchall()


def test_a_class_is_graded_interrupted_and_taken_up_again(grade_command: Command, tmp_path: Path) -> None:
    right = sorted((ROOT / "tests/corpus/mse_loss/right").glob("*.py"))[:2]
    for number, path in enumerate(right):
        (tmp_path / "in" / f"s{number}").mkdir(parents=True)
        shutil.copy(path, tmp_path / "in" / f"s{number}" / "mse_loss.py")
    (tmp_path / "in" / "s2").mkdir()
    (tmp_path / "in" / "s2" / "mse_loss.py").write_text("def mse_loss(predictions, targets):\n    return 0\n")
    (tmp_path / "r.csv").write_text("student,name\ns0,Zero\ns1,One\ns9,Nine\n")
    done = grade_command("in", "-j", 2, "--students", "r.csv", "--course", ROOT, "-e", "mse_loss", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "3 of 3: 2 passed, 1 not all passed" in done.stdout
    assert "missing: Nine handed in nothing" in done.stderr
    assert "unknown: s2 is not in the list" in done.stderr
    whole = rows(tmp_path / "in" / "grades.db")
    assert {row[0] for row in whole} == {"s0", "s1", "s2"}
    with closing(sqlite3.connect(tmp_path / "in" / "grades.db")) as connection, connection:  # as if killed before s1
        connection.execute(
            "DELETE FROM current_results WHERE submission_id IN"
            " (SELECT submission_id FROM attempts JOIN students ON students.id = student_id WHERE key = 's1')"
        )
        connection.execute("DELETE FROM cases WHERE result_id NOT IN (SELECT result_id FROM current_results)")
        connection.execute("DELETE FROM results WHERE id NOT IN (SELECT result_id FROM current_results)")
    again = grade_command("class", "in", "--course", ROOT, "-e", "mse_loss", cwd=tmp_path)
    assert "3 of 3: 1 passed, 2 graded before" in again.stdout
    assert rows(tmp_path / "in" / "grades.db") == whole


def test_at_once_gives_results_in_order_and_uses_more_than_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "cores", lambda: 2)
    both = threading.Barrier(2, timeout=30)

    def work(number: int) -> int:
        both.wait()  # needs the other one to be under way
        return number * number

    assert batch.at_once(work, [3, 1, 2, 4]) == [9, 1, 4, 16]


def test_at_once_works_on_a_single_item_in_this_thread() -> None:
    assert batch.at_once(lambda _: threading.current_thread(), [1]) == [threading.current_thread()]


def test_an_end_of_at_once_ends_what_runs_and_begins_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "cores", lambda: 2)
    stopped, begun = threading.Event(), list[int]()

    def work(number: int) -> None:
        begun.append(number)
        if number == 0:
            raise KeyboardInterrupt
        assert stopped.wait(30), "nobody ended it"

    with pytest.raises(KeyboardInterrupt):
        batch.at_once(work, range(40), stopped.set)
    assert len(begun) < 10
