"""What a person has reached: counted, kept whole, bounded, and never in the way."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import msgspec
import pytest

from grader import course, progress
from grader.course import Course
from grader.errors import Mistake
from grader.model import Outcome, Report, Result
from grader.progress import FILE, MAX_KEPT, Progress
from tests.conftest import BASICS, ROOT

HERE = Course(Path("/courses/one"), ())


def report(points: float, digest: str, outcome: Outcome = Outcome.WRONG, exercise: str = "kd_loss") -> Report:
    result = Result(exercise=exercise, title="", outcome=outcome, points=points, max_points=10.0, verdicts=())
    return Report(submission="a.py", digest=digest, lesson="", results=(result,), points=points, max_points=10.0)


def test_the_best_result_stays_and_only_changed_work_is_a_try(tmp_path: Path) -> None:
    mine = Progress(tmp_path / "new")
    for points, digest in ((2.0, "a"), (2.0, "a"), (7.0, "b"), (3.0, "c")):
        mine.record(report(points, digest), HERE)
    reached = mine.of(HERE)["kd_loss"]
    assert (reached.points, reached.max_points, reached.tries, reached.passed) == (7.0, 10.0, 3, False)
    mine.record(report(10.0, "d", Outcome.PASSED), HERE)
    mine.record(report(0.0, "e"), HERE)
    assert (mine.of(HERE)["kd_loss"].passed, mine.of(HERE)["kd_loss"].points) == (True, 10.0)


@pytest.mark.parametrize("outcome", [Outcome.NOT_ATTEMPTED, Outcome.UNGRADED])
def test_what_was_not_tried_does_not_count(tmp_path: Path, outcome: Outcome) -> None:
    Progress(tmp_path).record(report(0.0, "a", outcome), HERE)
    assert Progress(tmp_path).of(HERE) == {}
    assert list(tmp_path.iterdir()) == []


def test_courses_are_apart_and_the_shipped_one_has_a_name(tmp_path: Path) -> None:
    mine = Progress(tmp_path)
    mine.record(report(1.0, "a"), HERE)
    mine.record(report(2.0, "a"), course.load(ROOT))
    mine.hint(course.load(BASICS), "kd_loss", 2)
    assert [mine.of(each)["kd_loss"].points for each in (HERE, course.load(ROOT))] == [1.0, 2.0]
    assert mine.of(course.load(BASICS))["kd_loss"].hints == 2
    assert "shipped\nkd_loss" in json.loads((tmp_path / FILE).read_text())["reached"]


def test_the_file_is_bounded_and_the_oldest_goes_first(tmp_path: Path) -> None:
    mine = Progress(tmp_path)
    old = {f"/c\nx{number}": {"tries": 1} for number in range(MAX_KEPT)}
    (tmp_path / FILE).write_text(json.dumps({"version": 1, "reached": old}))
    mine.record(report(1.0, "a"), HERE)
    kept = json.loads((tmp_path / FILE).read_text())["reached"]
    assert len(kept) == MAX_KEPT
    assert "/c\nx0" not in kept


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 1, "reached": {"a": 3}}', "\ud800"])
def test_a_damaged_file_is_a_sentence_and_stays_as_it_is(tmp_path: Path, text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    (tmp_path / FILE).write_bytes(data)
    with pytest.raises(Mistake, match="the file that keeps your progress cannot be read"):
        Progress(tmp_path).of(HERE)
    with pytest.raises(Mistake, match="cannot be read"):
        Progress(tmp_path).record(report(1.0, "a"), HERE)
    assert (tmp_path / FILE).read_bytes() == data


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Mistake, match="your progress cannot be kept in") as caught:
        Progress(tmp_path / "file" / "grader").record(report(1.0, "a"), HERE)
    assert caught.value.cure == "The verdict stands. GRADER_NO_PROGRESS=1 keeps none, and says nothing."


def test_writers_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    def write(name: str) -> None:
        for number in range(15):
            Progress(tmp_path).record(report(1.0, str(number), exercise=name), HERE)

    threads = [threading.Thread(target=write, args=(name,)) for name in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {name: reached.tries for name, reached in Progress(tmp_path).of(HERE).items()} == {"a": 15, "b": 15, "c": 15}
    assert sorted(path.name for path in tmp_path.iterdir()) == [FILE, f"{FILE}.lock"]


def test_nothing_is_kept_by_those_who_do_not_want_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(progress.OPT_OUT, "1")
    assert progress.mine() == Progress(None)
    Progress(None).record(report(1.0, "a"), HERE)
    assert Progress(None).of(HERE) == {}
    monkeypatch.setenv(progress.OPT_OUT, "0")
    assert progress.mine().folder is not None


def test_what_is_kept_is_small() -> None:
    assert len(msgspec.json.encode(progress.Reached(points=1.0, max_points=2.0, tries=3, seen="0" * 64))) < 150
