from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import Mistake
from grader.export import canvas_csv, defused, moodle_csv, plain_csv, restored, write_parquet
from grader.gradebook import ExerciseGrade, Grade
from grader.intake import Student

FORMULAS = ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "'=1", "\uff1d1")


def grade(student: Student, *points: float, outcome: str = "passed", **fields: str) -> Grade:
    exercises = tuple(ExerciseGrade(f"e{n}", outcome, each, 10.0, each, **fields) for n, each in enumerate(points))
    return Grade(student, exercises, sum(points), 10.0 * len(points), outcome != "not_attempted")


ANN = Student("alee", "Ann Lee", "ann@x.edu", ("123",))
BOB = Student("bob", '=HYPERLINK("http://evil")', "bob@x.edu", ("7",))
CY = Student("cy", 'Cy, the "third"\nline', "cy@x.edu")
GRADES = (
    grade(ANN, 10.0, 2.5, comment="well done", by="prof"),
    grade(BOB, 1 / 3, 0.0),
    grade(CY, 0.0, 0.0, outcome="ungraded"),
    grade(Student("dan", "Dan"), 0.0, 0.0, outcome="not_attempted"),
)


def parsed(text: str, delimiter: str = ",") -> list[list[str]]:
    return [[restored(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_are_defused(text: str) -> None:
    assert defused(text) == f"'{text}"
    assert restored(defused(text)) == text


@pytest.mark.parametrize(
    "text", ["-", "=", "'-", "-1", "+3.5", "1e-5", "-1.5E+3", "", "Ann", "O'Neil", "'quoted'", "a=b"]
)
def test_numbers_and_names_stay(text: str) -> None:
    assert defused(text) == text == restored(text)


@given(st.text())
def test_restoring_undoes_defusing(text: str) -> None:
    assert restored(defused(text)) == text
    assert defused(text).strip()[:1] not in {"=", "@"} or text.strip() in {"=", "@"}


def test_plain_csv_goes_round() -> None:
    text = plain_csv(GRADES)
    rows = parsed(text)
    assert rows[0] == ["student", "name", "email", "handed_in", "e0", "e1", "points", "max_points", "comment"]
    assert rows[1] == ["alee", "Ann Lee", "ann@x.edu", "yes", "10", "2.5", "12.5", "20", "e0: well done; e1: well done"]
    assert rows[2] == ["bob", BOB.name, "bob@x.edu", "yes", "0.333333", "0", "0.333333", "20", ""]
    assert rows[3] == ["cy", CY.name, "cy@x.edu", "yes", "", "", "", "20", ""]
    assert rows[4][3:7] == ["no", "0", "0", "0"]
    assert all(line.startswith('"') for line in text.splitlines()[:3])
    assert '"=' not in text
    assert parsed(plain_csv(())) == [["student", "name", "email", "handed_in", "points", "max_points", "comment"]]


def test_pandas_reads_the_same() -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = pandas.read_csv(io.StringIO(plain_csv(GRADES)))
    assert list(frame["points"].fillna(-1)) == [12.5, 0.333333, -1.0, 0.0]
    assert list(frame["name"].map(restored)) == [each.student.name for each in GRADES]


def test_parquet_goes_round(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    write_parquet(GRADES, tmp_path / "g.parquet")
    frame = pandas.read_parquet(tmp_path / "g.parquet")
    assert len(frame) == 8
    assert list(frame["name"][::2]) == [each.student.name for each in GRADES]
    assert frame["points"][2] == 1 / 3
    assert frame["points"].isna().sum() == 2
    with pytest.raises(Mistake, match="cannot be written"):
        write_parquet(GRADES, tmp_path / "none" / "g.parquet")


def test_parquet_without_pyarrow_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(Mistake, match="pip install pyarrow"):
        write_parquet(GRADES, tmp_path / "g.parquet")


CANVAS = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Losses (11),Other (12),Final Score\r\n"
    ",,,,,Manual Posting,,\r\n"
    "    Points Possible,,,,,20,5,(read only)\r\n"
    '"Lee, Ann",123,S9,ann@x.edu,"1, 2",3,4,50\r\n'
    '"Evil, Bob",7,,,1,,,\r\n'
    '"Dan",900,,dan,1,,,\r\n'
    '"Student, Test",999,,abc,1,,,\r\n'
)


def test_canvas_gets_its_own_identities_back(tmp_path: Path) -> None:
    path = tmp_path / "canvas.csv"
    path.write_text(CANVAS, encoding="utf-8", newline="")
    made = canvas_csv(GRADES, path, "Losses")
    assert parsed(made.text) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Losses (11)"],
        ["    Points Possible", "", "", "", "", "20"],
        ["Lee, Ann", "123", "S9", "ann@x.edu", "1, 2", "12.5"],
        ["Evil, Bob", "7", "", "", "1", "0.333333"],
        ["Dan", "900", "", "dan", "1", ""],
        ["Student, Test", "999", "", "abc", "1", ""],
    ]
    assert len(made.problems) == 1
    assert "e0, e1 could not be graded" in made.problems[0]
    assert parsed(canvas_csv(GRADES, path, "New one").text)[0][-1] == "New one"
    assert parsed(canvas_csv(GRADES, path, "Losses (11)").text)[0][-1] == "Losses (11)"


def test_canvas_files_that_cannot_be_used(tmp_path: Path) -> None:
    path = tmp_path / "canvas.csv"
    path.write_text(CANVAS.replace("Other (12)", "Losses (12)"), encoding="utf-8", newline="")
    with pytest.raises(Mistake, match=r"several assignments.*\nGive one of: Losses \(11\), Losses \(12\)"):
        canvas_csv(GRADES, path, "Losses")
    for content, problem in [
        (b"a,b\n", "no gradebook from Canvas"),
        (b"", "is empty"),
        (b"\xff", "not UTF-8"),
        (b"x" * 200_000, "no CSV file"),
    ]:
        path.write_bytes(content)
        with pytest.raises(Mistake, match=problem):
            canvas_csv(GRADES, path, "Losses")


def test_who_is_not_clear_gets_no_grade_and_is_told(tmp_path: Path) -> None:
    path = tmp_path / "canvas.csv"
    path.write_text("Student,ID,Section\nAnn Lee,123,1\nLee Ann,123,2\n", encoding="utf-8")
    made = canvas_csv(GRADES[:2], path, "Losses")
    assert [row[-1] for row in parsed(made.text)] == ["Losses", "20", "", ""]
    assert made.problems[0] == (
        "Ann Lee (alee) is meant by 2 lines, and none of them got a grade: 123, Ann Lee; 123, Lee Ann"
    )
    assert "(bob) has 0.333333 points, but no line in the file" in made.problems[1]


def test_points_are_what_canvas_says_that_they_are_worth(tmp_path: Path) -> None:
    path = tmp_path / "canvas.csv"
    text = "Student,ID,Section,Losses (7),Other (8)\n,,,Manual Posting,\n    Points Possible,,,{},50\nAnn Lee,123,1,,\n"
    for theirs, scaled in (
        ("100", ["100", "62.5"]),
        ("0", ["20", "12.5"]),
        ("", ["20", "12.5"]),
        ("20", ["20", "12.5"]),
    ):
        path.write_text(text.format(theirs), encoding="utf-8")
        assert [row[-1] for row in parsed(canvas_csv(GRADES[:1], path, "Losses").text)[1:]] == scaled
    assert [row[-1] for row in parsed(canvas_csv(GRADES[:1], path, "New").text)] == ["New", "20", "12.5"]


MOODLE = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\r\n"
    'Participant 123,Ann Lee,ann@x.edu,Submitted,,"100,00",Yes,"Monday, 1 June 2026",-,\r\n'
    "Participant 5,Bob,BOB@x.edu,Submitted,,10,Yes,-,-,old\r\n"
    "Participant 6,Cy,cy@x.edu,Submitted,4,10,Yes,-,-,keep\r\n"
    "Participant 8,Dan,,No submission,,,Yes\r\n"
)


def test_moodle_worksheet(tmp_path: Path) -> None:
    path = tmp_path / "moodle.csv"
    path.write_text(MOODLE, encoding="utf-8", newline="")
    made = moodle_csv(GRADES, path)
    head, ann, bob, cy, dan = csv.reader(io.StringIO(made.text, newline=""))
    assert bob[7:9] == ["-", "-"], "what Moodle wrote stays as it was"
    assert ",".join(head) == MOODLE.partition("\r\n")[0]
    assert (ann[4], ann[7], ann[9]) == ("62.5", "Monday, 1 June 2026", "e0: well done; e1: well done")
    assert (bob[4], bob[9]) == ("0.166667", "old")
    assert (cy[4], cy[9], dan[4], len(dan)) == ("4", "keep", "", 10)
    assert len(made.problems) == 1
    path.write_text(
        MOODLE.replace("100,00", "100").replace(", 1 June", "").replace(",", ";"), encoding="utf-8", newline=""
    )
    assert parsed(moodle_csv(GRADES, path).text, ";")[1][4] == "62.5"
    path.write_text("a,b\n")
    with pytest.raises(Mistake, match="is no grading worksheet from Moodle"):
        moodle_csv(GRADES, path)
