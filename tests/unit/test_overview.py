"""The class report from a gradebook made by hand: its numbers, its groups, its page."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from grader import export, gradebook, overview
from grader.arrays import from_numpy
from grader.errors import Mistake
from grader.gradebook import Answer, Gradebook, HandIn, LateStep, Override, Policy, TaskKey
from grader.intake import Student
from grader.model import (
    Cell,
    Evidence,
    Excerpt,
    Finding,
    Footprint,
    Outcome,
    Report,
    Result,
    RuleText,
    Submission,
    Verdict,
)
from grader.overview import charts, page
from grader.overview.groups import groups
from grader.overview.values import Overview
from tests.snapshots.reports import HOSTILE
from tests.unit.test_report_html import Page

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
AXIS = RuleText(id="value.wrong-axis", title="The wrong axis", message="It runs along `{axis}`.", why="", mend="")


def footprint(kind: str, *numbers: float, slack: float = 0.1) -> Footprint:
    sums = np.asarray(numbers, dtype=np.float64)
    return Footprint(
        kind=kind, sums=from_numpy(sums, "float64"), slack=from_numpy(np.full(sums.shape, slack), "float64")
    )


def result(exercise: str, got: tuple[float, ...], mark: Footprint | None, outcome: Outcome | None = None) -> Result:
    """An answer to an exercise with a case of 2 points for each of `got`."""
    outcome = outcome or (Outcome.PASSED if all(each == 2 for each in got) else Outcome.WRONG)
    lead = Finding(rule=AXIS.id, rank=1, facts=(("axis", "batch"),))
    verdicts = tuple(
        Verdict(
            case=f"case {number}", outcome=Outcome.PASSED if each == 2 else outcome, points=each, max_points=2.0,
            evidence=Evidence() if each == 2 else Evidence(findings=(lead,)),
        )
        for number, each in enumerate(got)
    )  # fmt: skip
    return Result(
        exercise=exercise, title="T", outcome=outcome, points=sum(got), max_points=2.0 * len(got), verdicts=verdicts,
        lead=None if outcome is Outcome.PASSED else lead, footprint=mark,
        excerpt=Excerpt(where="a.py", line=1, source=f"def {exercise}(x):\n    return x\n"),
    )  # fmt: skip


def put(book: Gradebook, who: str, *results: Result, hours: float = 0, assignment: str = "", **fields: str) -> None:
    name = fields.get("digest", f"{who}-digest")
    source = Submission(
        name="a.py", notebook=False, cells=(Cell(index=0, source="x = 1\n", where="a.py"),), digest=name
    )
    handed = HandIn(
        Student(who, fields.get("name", who.title())), name, f"{who}.py", NOW + timedelta(hours=hours),
        assignment=assignment, source=source,
    )  # fmt: skip
    made = Report(
        submission="a.py", digest=name, lesson="l", results=results, texts=(AXIS,),
        points=sum(each.points for each in results), max_points=sum(each.max_points for each in results),
    )  # fmt: skip
    keys = [TaskKey(each.exercise, "1", "1", 0, "0", "2") for each in results]
    seconds = [(each.exercise, 0.25) for each in results]
    gradebook.record(book, handed, made, keys, NOW, seconds)


@pytest.fixture
def book(tmp_path: Path) -> Gradebook:
    """Five students, one of whom handed nothing in: a shared mistake in the first exercise, one ungraded in the second."""
    opened = gradebook.connect(tmp_path / "grades.db")
    gradebook.enroll(opened, [Student("zoe", "Zoe <b>")])
    put(opened, "ann", result("one", (0, 0, 2), footprint("k", 1.0, 2.0)), result("two", (2, 2), None))
    put(opened, "bob", result("one", (0, 0, 2), footprint("k", 1.05, 2.0)), result("two", (2, 2), None), hours=30)
    put(opened, "cy", result("one", (0, 2, 2), footprint("k", 3.0, 2.0)))
    put(opened, "dan", result("one", (2, 2, 2), None), result("two", (0, 0), None, Outcome.UNGRADED))
    gradebook.override(opened, Override("ann", "one", 5.0, "see me", "me", "because", NOW))
    return opened


LATE = Policy(deadline=NOW, late=(LateStep(after_hours=24, loses=0.5),))


def only(book: Gradebook, policy: Policy = LATE) -> Overview:
    (found,) = overview.overviews(book, policy)
    return found


def test_the_numbers_are_those_of_the_export(book: Gradebook) -> None:
    found = only(book)
    exported = {
        row["student"]: row for row in csv.DictReader(io.StringIO(export.plain_csv(gradebook.grades(book, LATE))))
    }
    for row in found.rows:
        mine = {each.exercise: each.points for each in row.exercises if each.exercise not in row.ungraded}
        theirs = {
            name: float(exported[row.student.key][name]) for name in ("one", "two") if exported[row.student.key][name]
        }
        assert mine == theirs
        assert ("" if row.points is None else f"{row.points:g}") == exported[row.student.key]["points"]
    assert [row.student.key for row in found.rows] == ["ann", "bob", "cy", "dan"]
    assert [student.key for student in found.missing] == ["zoe"]
    assert found.max_points == float(exported["ann"]["max_points"])


def test_every_lost_point_has_its_place(book: Gradebook) -> None:
    one, two = only(book).exercises
    assert (one.name, one.max_points, one.points, one.ungraded) == ("one", 6.0, (5.0, 1.0, 4.0, 6.0), 0)
    assert one.lost == 8.0
    assert [(loss.name, loss.points, loss.students) for loss in one.by_case] == [
        ("case 0", 6.0, 3), ("case 1", 4.0, 2), ("handed in late", 1.0, 1), ("an instructor's word", -3.0, 1),
    ]  # fmt: skip
    assert next((loss.name, loss.points, loss.students, loss.rule) for loss in one.by_finding) == (
        AXIS.id, 10.0, 3, AXIS.id,
    )  # fmt: skip
    for view in (one, two):
        assert sum(loss.points for loss in view.by_case) == pytest.approx(view.lost)
        assert sum(loss.points for loss in view.by_finding) == pytest.approx(view.lost)
    assert (two.points, two.ungraded) == ((4.0, 2.0, 0.0), 1)
    assert ("not handed in", 4.0, 1) in [(loss.name, loss.points, loss.students) for loss in two.by_case]
    assert [seconds for seconds, _ in one.seconds] == [0.25] * 4


def test_bytes_that_two_handed_in_count_twice(book: Gradebook) -> None:
    put(book, "gus", result("one", (0, 2, 2), footprint("k", 3.0, 2.0)), digest="cy-digest")
    one, _ = only(book).exercises
    assert (one.by_case[0].points, one.by_case[0].students) == (8.0, 4)
    assert sum(loss.points for loss in one.by_case) == pytest.approx(one.lost)
    assert [[student.key for student in group.students] for group in one.mistakes] == [["ann", "bob"], ["cy", "gus"]]
    assert len(one.seconds) == 4


def test_equal_mistakes_are_one_group(book: Gradebook) -> None:
    one, _ = only(book).exercises
    assert [(group.id, [student.key for student in group.students]) for group in one.mistakes] == [
        ("one:ann-dige", ["ann", "bob"]),
        ("one:cy-diges", ["cy"]),
    ]
    assert [group.shared for group in one.mistakes] == [True, False]
    assert one.mistakes[0].report is not None
    assert one.mistakes[0].report.results[0].excerpt is not None


def test_the_policy_decides_who_is_in_a_group(book: Gradebook) -> None:
    put(book, "ann", result("one", (2, 2, 2), None), hours=1, digest="ann-2")
    assert [student.key for student in only(book).exercises[0].mistakes[0].students] == ["bob"]
    assert only(book, Policy(dropped=("one",))).exercises[0].name == "two"


def test_of_many_lone_mistakes_few_are_shown_in_full(book: Gradebook, tmp_path: Path) -> None:
    for number in range(30):
        put(book, f"x{number}", result("one", (0, 0, 0), footprint("alone", 10.0 * number)))
    one, _ = only(book).exercises
    assert [group.report is not None for group in one.mistakes] == [*[True] * 9, *[False] * 23]
    (path,) = overview.write(book, overview.overviews(book, LATE), tmp_path / "out")
    assert "31 mistakes that nobody shares" in Page(path.read_text()).said


def test_groups_do_not_depend_on_the_order() -> None:
    def answer(digest: str, mark: Footprint | None) -> Answer:
        return Answer(1, digest, "e", "wrong", "", 0, mark, None)

    three = [
        answer(name, footprint(kind, value)) for name, kind, value in (("c", "k", 1), ("a", "k", 1.05), ("b", "j", 1))
    ]
    for order in (three, three[::-1], [*three[1:], answer("0", None), three[0]]):
        assert [[each.digest for each in group.answers] for group in groups(order)] == [["a", "c"], ["b"]]


def test_one_page_an_assignment(book: Gradebook, tmp_path: Path) -> None:
    put(book, "eve", result("three", (2,), None), assignment="Week 2")
    put(book, "fay", result("three", (2,), None), assignment="week-2?")
    found = overview.overviews(book, Policy())
    assert [(each.title, [view.name for view in each.exercises]) for each in found] == [
        ("", ["one", "two"]),
        ("Week 2", ["three"]),
    ]
    assert [student.key for student in found[1].missing] == ["ann", "bob", "cy", "dan", "zoe"]
    assert [path.name for path in overview.write(book, found, tmp_path / "out")] == ["class.html", "week-2.html"]
    assert page.file_names(["A b", "a-b", "\u03b1"]) == ["a-b", f"a-b-{page.short('a-b')}", "class"]


def test_the_page_is_whole_and_needs_nothing(book: Gradebook, tmp_path: Path) -> None:
    (path,) = overview.write(book, overview.overviews(book, LATE), tmp_path / "out")
    read = Page(path.read_text())
    policy = read.all("meta")[1]["content"] or ""
    assert "default-src 'none'" in policy
    assert not read.all("script")
    assert not [attrs for _, attrs in read.elements if "style" in attrs or "src" in attrs]
    links = [attrs["href"] or "" for attrs in read.all("a")]
    ids = [attrs["id"] for _, attrs in read.elements if attrs.get("id")]
    assert len(ids) == len(set(ids))
    for link in links:
        assert link[1:] in ids if link.startswith("#") else (path.parent / link).is_file(), link
    assert sum(link.startswith("students/") for link in links) == 4 + 3  # a row each, and in the groups
    for plot in read.all("svg"):
        named = (plot.get("aria-labelledby") or "").split()
        assert plot.get("aria-hidden") == "true" or (len(named) == 2 and set(named) <= set(ids))
    for said in (
        "4 students handed something in, 1 nothing", "1 student could not be graded in full", "It runs along batch",
        "1 student handed nothing in Zoe <b>", "ann", "5* 4", "ungraded", "grade name-group one:ann-dige",
    ):  # fmt: skip
        assert said in read.said, read.said


def test_a_class_of_nobody(tmp_path: Path) -> None:
    with gradebook.opened(tmp_path / "g.db") as empty:
        gradebook.enroll(empty, [Student("ann")])
        (path,) = overview.write(empty, overview.overviews(empty, Policy()), tmp_path / "out")
    assert "0 students handed something in, 1 nothing" in Page(path.read_text()).said


def test_what_others_wrote_stays_text(book: Gradebook, tmp_path: Path) -> None:
    put(book, HOSTILE, result("one", (0, 0, 0), footprint("h", 1.0)), name=HOSTILE)
    (path,) = overview.write(book, overview.overviews(book, Policy()), tmp_path / "out")
    read = Page(path.read_text())
    assert not read.all("script")
    assert not read.all("img")
    assert "alert(1)" in read.said
    assert all(re.fullmatch(r"[a-z0-9-]+\.html", each.name) for each in (tmp_path / "out" / "students").iterdir())


def test_only_what_changed_is_written_again(book: Gradebook, tmp_path: Path) -> None:
    out = tmp_path / "out"
    overview.write(book, overview.overviews(book, LATE), out)
    (out / "students" / "mine.html").write_text("kept")
    before = {path.name: path.stat().st_mtime_ns for path in (out / "students").iterdir()}
    put(book, "ann", result("one", (2, 2, 2), None), hours=1, digest="ann-2")
    overview.write(book, overview.overviews(book, LATE), out)
    after = {path.name: path.stat().st_mtime_ns for path in (out / "students").iterdir()}
    assert len(after) == len(before) + 1
    assert after.items() >= before.items()
    next(path for path in (out / "students").glob("bob-*")).unlink()
    overview.write(book, overview.overviews(book, LATE), out)
    assert {path.name for path in (out / "students").iterdir()} == set(after)
    put(book, "cy", result("one", (0, 0, 0), footprint("k", 9.0)))  # the same bytes, graded otherwise
    overview.write(book, overview.overviews(book, LATE), out)
    assert len(list((out / "students").glob("cy-*"))) == 1


def test_results_of_two_reports_are_one_page(book: Gradebook, tmp_path: Path) -> None:
    """After one exercise alone was graded again, an attempt's results lie in two reports."""
    put(book, "bob", result("one", (0, 0, 0), footprint("k", 9.0)), hours=30)
    overview.write(book, overview.overviews(book, LATE), tmp_path / "out")
    (path,) = (tmp_path / "out" / "students").glob("bob-*")
    assert "2 exercises" in Page(path.read_text()).said


def test_a_folder_that_cannot_be_written(book: Gradebook, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Mistake, match="cannot be written"):
        overview.write(book, overview.overviews(book, LATE), tmp_path / "file" / "x")


def test_bars() -> None:
    assert [bar.count for bar in charts.score_bars((0, 0.9, 1, 9.99, 10, 10.0000001, 12, -1), 10)] == [
        3,
        1,
        *[0] * 7,
        1,
        3,
    ]
    assert sum(bar.count for bar in charts.second_bars([0.1] * 99 + [60.0])) == 100
    last = charts.second_bars([0.1] * 99 + [60.0])[-1]
    assert (last.count, last.mark) == (1, "late")
    assert charts.second_bars([]) == charts.moment_bars([], None) == ()
    assert sum(bar.count for bar in charts.second_bars([0.0])) == 1
    for hours in (0, 1, 30, 500, 9000):
        moments = [NOW + timedelta(hours=hours * part / 10) for part in range(11)]
        bars = charts.moment_bars(moments, NOW + timedelta(hours=hours / 2))
        assert sum(bar.count for bar in bars) == 11
        assert len(bars) <= charts.BINS
        assert hours < 30 or {bar.mark for bar in bars} == {"", "late"}


def test_a_plot_says_what_it_shows() -> None:
    svg = charts.histogram([charts.Bar("<a>", "from <a> on", 3), charts.Bar("b", "b", 0)], "u", "A & B")
    assert "<title" in svg
    assert "A &amp; B" in svg
    assert "from &lt;a&gt; on: 3</desc>" in svg
    assert "nothing</desc>" in charts.histogram([], "u", "t")
    assert 'width="100.0"' in charts.share(9, 3)
    assert 'class="lost" width="0.0"' in charts.share(-1, 3) == charts.share(1, 0)
