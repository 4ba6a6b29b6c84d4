from __future__ import annotations

import importlib
import os
import stat
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.errors import Mistake
from grader.intake import (
    Found,
    Intake,
    ProblemKind,
    Student,
    archive,
    find,
    gradescope,
    layout,
    read_roster,
    recognised,
)
from grader.intake.archive import reader as archive_reader
from grader.model import Submission

find_module = importlib.import_module("grader.intake.find")  # the package exports a function of that name

METADATA = """---
submission_101:
  :submitters:
  - :name: Jane O'Doe
    :sid: '12345'
    :email: jane@x.edu
  - :name: "Max Group"
    :sid:
    :email: max@x.edu
  :created_at: 2026-01-28 22:30:10.107374000 Z
  :status: processed
  :results:
    :output: |
      submission_999:
      :submitters:
submission_102:
  :submitters:
  - :name: Bob
    :sid: '2'
    :email: bob@x.edu
  :created_at: !broken
"""


def put(root: Path, *names: str, text: str = "x = 1\n") -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def zipped(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in files.items():
            file.writestr(name, text)
    return path


def read_member(path: Path, name: str) -> bytes:
    with archive.reader() as read:
        return read(path, name)


def contents(found: Found) -> Submission:
    with archive.reader() as read:
        return archive.contents(found, read)


def keys(intake: Intake) -> list[tuple[str, str]]:
    return [(each.student.key, each.file) for each in intake.submissions]


def kinds(intake: Intake) -> list[tuple[str, str]]:
    return [(str(each.kind), each.student) for each in intake.problems]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("alice/a.py", "bob/a.ipynb"), [("alice", "a.py"), ("bob", "a.ipynb")]),
        (("submitted/alice/hw1/a.py", "submitted/bob/hw1/a.py"), [("alice", "a.py"), ("bob", "a.py")]),
        (("alice/hw1/a.py", "alice/hw2/a.py"), [("alice", "a.py"), ("alice", "a.py")]),
        (
            ("Ann Lee_12345_assignsubmission_file_/x.ipynb", "Ann Lee_99_assignsubmission_file/x.ipynb"),
            [("Ann Lee_12345", "x.ipynb"), ("Ann Lee_99", "x.ipynb")],
        ),
        (
            ("Ann Lee_12345_assignsubmission_file_x.ipynb",),
            [("Ann Lee_12345", "Ann Lee_12345_assignsubmission_file_x.ipynb")],
        ),
        (
            ("leeann_123_456_x.ipynb", "doebob_LATE_7_8_my_x.py"),
            [("doebob_7", "doebob_LATE_7_8_my_x.py"), ("leeann_123", "leeann_123_456_x.ipynb")],
        ),
        (("hw1_alice.py", "hw1_bob.py"), [("alice", "hw1_alice.py"), ("bob", "hw1_bob.py")]),
        (("alice.py", "bob.py"), [("alice", "alice.py"), ("bob", "bob.py")]),
        (("focal_loss_al.py", "mse_loss_al.py"), [("al", "focal_loss_al.py"), ("al", "mse_loss_al.py")]),
        (("only_one.py",), [("only_one", "only_one.py")]),
    ],
)
def test_layouts(tmp_path: Path, names: tuple[str, ...], expected: list[tuple[str, str]]) -> None:
    put(tmp_path / "class", *names)
    zipped(tmp_path / "class.zip", dict.fromkeys(names, "x = 1\n"))
    for path in (tmp_path / "class", tmp_path / "class.zip"):
        intake = find([path], known=["focal_loss", "mse_loss"])
        assert keys(intake) == expected
        assert intake.problems == ()


def test_files_and_patterns_are_taken_together(tmp_path: Path) -> None:
    put(tmp_path, "hw1_alice.py", "hw1_bob.py", "hw1_cy.ipynb")
    assert keys(find([tmp_path / "*.py"])) == [("alice", "hw1_alice.py"), ("bob", "hw1_bob.py")]
    assert keys(find([tmp_path / "hw1_alice.py", tmp_path / "hw1_cy.ipynb"])) == [
        ("alice", "hw1_alice.py"),
        ("cy", "hw1_cy.ipynb"),
    ]
    with pytest.raises(Mistake, match="nothing matches"):
        find([tmp_path / "*.txt"])


def test_canvas_marks_the_late(tmp_path: Path) -> None:
    put(tmp_path, "leeann_LATE_1_2_x.py", "doebob_3_4_x.py")
    assert [each.late for each in find([tmp_path]).submissions] == [False, True]


def test_gradescope_knows_who_and_when(tmp_path: Path) -> None:
    inside = {
        "assignment_9_export/submission_metadata.yml": METADATA,
        "assignment_9_export/submission_101/x.py": "x = 1\n",
        "assignment_9_export/submission_102/x.py": "x = 1\n",
        "assignment_9_export/submission_103/x.py": "x = 1\n",
    }
    intake = find([zipped(tmp_path / "e.zip", inside)])
    assert keys(intake) == [("12345", "x.py"), ("2", "x.py"), ("max@x.edu", "x.py"), ("submission_103", "x.py")]
    jane = intake.submissions[0]
    assert jane.student.name == "Jane O'Doe"
    assert jane.handed_in == datetime(2026, 1, 28, 22, 30, 10, tzinfo=UTC)
    assert gradescope.parse(METADATA).keys() == {"submission_101", "submission_102"}
    assert gradescope.parse("- nothing\n[") == {}


def test_nbgrader_times_are_read(tmp_path: Path) -> None:
    put(tmp_path, "alice/hw/a.py", "bob/hw/a.py")
    put(tmp_path, "alice/hw/timestamp.txt", text="2015-02-02 15:58:23.948203 UTC")
    put(tmp_path, "bob/hw/timestamp.txt", text="yesterday")
    alice, bob = find([tmp_path]).submissions
    assert alice.handed_in == datetime(2015, 2, 2, 15, 58, 23, 948203, tzinfo=UTC)
    assert bob.handed_in is not None
    assert bob.handed_in.year > 2015


def test_the_newest_copy_is_graded_and_the_other_told(tmp_path: Path) -> None:
    put(tmp_path, "alice/a.py", "alice/a (1).py", "alice/a-Copy1.py", "alice/b.py")
    os.utime(tmp_path / "alice/a.py", (3e8, 3e8))
    os.utime(tmp_path / "alice/a (1).py", (5e8, 5e8))
    os.utime(tmp_path / "alice/a-Copy1.py", (4e8, 4e8))
    intake = find([tmp_path])
    assert keys(intake) == [("alice", "a (1).py"), ("alice", "b.py")]
    assert kinds(intake) == [("double", "alice")] * 2
    assert "graded instead" in intake.problems[0].text


def test_a_roster_names_students_and_the_missing(tmp_path: Path) -> None:
    roster = put(
        tmp_path,
        "roster.csv",
        text='Student,ID,SIS Login ID,Email\n"Lee, Ann",123,alee,ann.lee@x.edu\n'
        '"Doé, Bob",7,bdoe,bob@x.edu\nCy Roe,9,croe,cy@x.edu\n    Points Possible,,,\n',
    )
    put(tmp_path / "in", "leeann_123_456_x.py", "hw_Bob Doe.py", "stranger/x.py")
    people = read_roster(roster / "roster.csv")
    assert [(each.key, each.name) for each in people.students] == [
        ("alee", "Ann Lee"),
        ("bdoe", "Bob Doé"),
        ("croe", "Cy Roe"),
    ]
    intake = find([tmp_path / "in"], people)
    assert keys(intake) == [("alee", "leeann_123_456_x.py"), ("bdoe", "hw_Bob Doe.py"), ("stranger", "x.py")]
    assert kinds(intake) == [("unknown", "stranger"), ("missing", "croe")]


def test_a_folder_of_flat_files_is_no_student_where_the_roster_knows_better(tmp_path: Path) -> None:
    put(tmp_path, "r.csv", text="student\nalice\nbob\n")
    put(tmp_path / "in", "hw1/alice.py", "hw1/bob.py")
    assert keys(find([tmp_path / "in"], read_roster(tmp_path / "r.csv"))) == [("alice", "alice.py"), ("bob", "bob.py")]


@pytest.mark.parametrize(
    "head",
    [
        "student;name;email",
        "Username\tFull name\tE-mail",
        "SID,First Name,Last Name,Email",
        "student_id,surname,given name,mail",
    ],
)
def test_usual_headers(tmp_path: Path, head: str) -> None:
    mark = next(char for char in ";\t," if char in head)
    cells = {"student": "al", "username": "al", "sid": "al", "studentid": "al", "surname": "Lee", "lastname": "Lee",
             "firstname": "Ann", "givenname": "Ann", "name": "Ann Lee", "fullname": "Ann Lee"}  # fmt: skip
    row = mark.join(cells.get("".join(layout.words(name)), "ann@x.edu") for name in head.split(mark))
    put(tmp_path, "r.csv", text=f"\ufeff{head}\n{row}\n\n")
    roster = read_roster(tmp_path / "r.csv")
    assert [(each.key, each.name, each.email) for each in roster.students] == [("al", "Ann Lee", "ann@x.edu")]
    for called in ("AL", "ann@x.edu", "ann", "Lee Ann", "leeann"):
        assert roster.find(called) is not None, called
    assert roster.find("bob") is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is empty"),
        ("colour,shape\nred,round\n", "no column that names"),
        ("student\nal\nal\n", "line 3: al stands in line 2 too"),
        ("name,colour\n,red\n", "line 2: there is no id, email or name"),
        ("name\n" + "x" * 200_000, "is no CSV file"),
        ("student,name\n,\nx,\n ,  \n", None),
    ],
)
def test_rosters_that_cannot_be_used(tmp_path: Path, text: str, problem: str | None) -> None:
    put(tmp_path, "r.csv", text=text)
    if problem is None:
        assert len(read_roster(tmp_path / "r.csv").students) == 1
    else:
        with pytest.raises(Mistake, match=problem):
            read_roster(tmp_path / "r.csv")
    (tmp_path / "b.csv").write_bytes(b"name\n\xff\n")
    with pytest.raises(Mistake, match="not UTF-8"):
        read_roster(tmp_path / "b.csv")


def test_what_cannot_be_read_is_listed_and_stops_nothing(tmp_path: Path) -> None:
    put(tmp_path, "alice/a.py", "bob/essay.docx", "cy/.ipynb_checkpoints/a.ipynb", "__MACOSX/x/a.py")
    (tmp_path / "dan").mkdir()
    (tmp_path / "dan/a.py").symlink_to("/etc/passwd")
    put(tmp_path, "broken.zip", text="no zip")
    intake = find([tmp_path, tmp_path / "broken.zip"])
    assert keys(intake) == [("alice", "a.py")]
    assert sorted(kinds(intake)) == [("unreadable", ""), ("unreadable", "bob"), ("unreadable", "dan")]
    with pytest.raises(Mistake, match="there is no submission"):
        find([tmp_path / "cy"])
    with pytest.raises(Mistake, match=r"there is no .*absent"):
        find([tmp_path / "alice", tmp_path / "absent"])


def hostile(path: Path, info: zipfile.ZipInfo, data: bytes = b"x = 1\n") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("alice/a.py", "x = 1\n")
        file.writestr(info, data)
    return path


def link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("eve/a.py")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def bomb() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("eve/a.py")
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


@pytest.mark.parametrize(
    ("info", "data", "why"),
    [
        (zipfile.ZipInfo("/eve/a.py"), b"x", "leads out"),
        (zipfile.ZipInfo("eve/../../a.py"), b"x", "leads out"),
        (zipfile.ZipInfo("c:/eve/a.py"), b"x", "leads out"),
        (zipfile.ZipInfo("eve\\..\\a.py"), b"x", "leads out"),
        (link(), b"/etc/passwd", "link"),
        (bomb(), b"#" * (archive.RATIO_FROM_BYTES + 1), "200 times"),
    ],
)
def test_hostile_members_are_refused_and_told(tmp_path: Path, info: zipfile.ZipInfo, data: bytes, why: str) -> None:
    path = hostile(tmp_path / "h.zip", info, data)
    intake = find([path])
    assert keys(intake) == [("alice", "a.py")]
    assert [each.kind for each in intake.problems] == [ProblemKind.UNREADABLE]
    assert why in intake.problems[0].text
    with pytest.raises(Mistake, match=f"not read: .*{why}"):
        read_member(path, info.filename)


def test_zips_are_bounded_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zipped(tmp_path / "z.zip", {"alice/a.py": "x", "bob/a.py": "y" * 100})
    monkeypatch.setattr(archive, "MAX_MEMBERS", 1)
    assert "2 members" in find([path]).problems[0].text
    monkeypatch.setattr(archive, "MAX_MEMBERS", 2)
    monkeypatch.setattr(archive, "MAX_TOTAL_BYTES", 100)
    assert "would unpack" in find([path]).problems[0].text
    monkeypatch.setattr(archive, "MAX_TOTAL_BYTES", 1000)
    monkeypatch.setattr(archive, "MAX_MEMBER_BYTES", 50)
    assert keys(find([path])) == [("alice", "a.py")]
    with pytest.raises(Mistake, match="at most"):
        read_member(path, "bob/a.py")


def test_a_damaged_member_costs_itself_alone(tmp_path: Path) -> None:
    path = zipped(tmp_path / "z.zip", {"alice/a.py": "answer = 12345\n" * 9, "bob/a.py": "y = 1\n"})
    data = bytearray(path.read_bytes())
    data[45] ^= 0xFF
    path.write_bytes(data)
    alice, bob = find([path]).submissions
    with pytest.raises(Mistake, match="not a whole zip"):
        contents(alice)
    assert contents(bob).cells[0].source == "y = 1\n"


def test_contents_come_from_disk_and_zip_alike(tmp_path: Path) -> None:
    put(tmp_path / "c", "alice/focal_loss.py")
    path = zipped(tmp_path / "c.zip", {"alice/focal_loss.py": "x = 1\n", "bob/focal_loss.py": ""})
    inside = find([path]).submissions
    assert contents(find([tmp_path / "c"]).submissions[0]) == contents(inside[0])
    with pytest.raises(Mistake, match=r"c\.zip::bob/focal_loss\.py is empty"):
        contents(inside[1])
    with pytest.raises(Mistake, match="there is no"):
        contents(Found(inside[0].student, path, "gone.py"))
    assert Found(inside[0].student, Path("a/b.py")).where == "a/b.py"


def test_a_short_number_in_a_name_is_no_student(tmp_path: Path) -> None:
    put(tmp_path, "r.csv", text="id,name\n1,Ann Lee\n2,Bob\n4711,Cy\n")
    put(tmp_path / "in", "hw_1_zed.py", "hw_1_bob.py", "hw_1_4711.py")
    intake = find([tmp_path / "in"], read_roster(tmp_path / "r.csv"))
    assert [key for key, _ in keys(intake)] == ["2", "4711", "zed"]
    assert kinds(intake) == [("unknown", "zed"), ("missing", "1")]


def test_encrypted_members_and_impossible_dates(tmp_path: Path) -> None:
    path = zipped(tmp_path / "z.zip", {"alice/a.py": "x = 1\n", "bob/a.py": "x = 1\n"})
    data = bytearray(path.read_bytes())
    first = data.index(b"PK\x01\x02")
    data[first + 8] |= 1  # the flag for encryption
    second = data.index(b"PK\x01\x02", first + 4)
    data[second + 14 : second + 16] = b"\xff\xff"  # the 31st of the 15th month
    path.write_bytes(data)
    intake = find([path])
    assert keys(intake) == [("bob", "a.py")]
    assert intake.submissions[0].handed_in is None
    assert "it is encrypted" in intake.problems[0].text


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "alice/a.py", "alice/b.py")
    monkeypatch.setattr(find_module, "MAX_FILES", 1)
    assert "has more than 1 files" in find([tmp_path]).problems[0].text


def test_a_zip_that_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "x.zip").symlink_to(tmp_path / "gone")
    assert "cannot be read: No such file" in find([tmp_path / "x.zip"]).problems[0].text


def test_a_member_that_leads_out_of_its_zip_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../mse_loss.py", "x = 1\n")
    with archive_reader() as read, pytest.raises(Mistake, match="is not read: its path leads out of the zip"):
        read(path, "../mse_loss.py")


def test_a_roster_without_students_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text("colour,size\nred,3\n")
    with pytest.raises(Mistake, match="has no column that names a student"):
        read_roster(path)


CANVAS_EXPORT = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,kd (771)\r\n,,,,,Manual Posting\r\n    Points Possible,,,,,10\r\n"
    '"Lee, Ann",101,S101,ann@x.edu,"CS, 1",\r\n'
)


def test_canvas_own_lines_are_no_students(tmp_path: Path) -> None:
    put(tmp_path, "canvas.csv", text=CANVAS_EXPORT)
    (only,) = read_roster(tmp_path / "canvas.csv").students
    assert (only.key, only.name) == ("ann@x.edu", "Ann Lee")


@pytest.mark.parametrize(
    "data",
    [
        "student\tname\r\nalee\tLee, Ann\r\n".encode("utf-16"),
        b"sep=;\r\nstudent;name\r\nalee;Lee, Ann\r\n",
        b'"sep=\t"\r\nstudent\tname\r\n\r\nalee\tAnn Lee\r\n',
    ],
    ids=["excel's unicode text", "excel's delimiter", "both quoted, and an empty line"],
)
def test_rosters_that_excel_wrote(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "roster.csv").write_bytes(data)
    (only,) = read_roster(tmp_path / "roster.csv").students
    assert (only.key, only.name) == ("alee", "Ann Lee")


def test_a_fault_is_told_with_the_line_of_the_file(tmp_path: Path) -> None:
    put(tmp_path, "roster.csv", text='sep=,\nstudent,name\n\nann,"Ann\nLee"\nann,Bob\n')
    with pytest.raises(Mistake, match="line 6: ann stands in line 5 too"):
        read_roster(tmp_path / "roster.csv")


def test_a_comma_in_a_last_name_is_kept(tmp_path: Path) -> None:
    put(tmp_path, "roster.csv", text='first name,last name,id\nMax,"Power, Jr.",7\n')
    assert read_roster(tmp_path / "roster.csv").students[0].name == "Max Power, Jr."


def test_two_whom_the_platform_tells_apart_are_never_one(tmp_path: Path) -> None:
    put(tmp_path, "roster.csv", text="id,name\ns3,Ann Lee\ns4,Bo Roe\n")
    every = [
        f"class/{name}_assignsubmission_file_/mse_loss.py"
        for name in ("Ann Lee_11003", "Lee, Ann_11004", "Bo Roe_11005")
    ]
    put(tmp_path, *every)
    intake = find([tmp_path / "class"], read_roster(tmp_path / "roster.csv"))
    assert sorted(each.student.key for each in intake.submissions) == ["Ann Lee_11003", "Lee, Ann_11004", "s4"]
    assert [problem.text for problem in intake.problems if problem.student == "s3"] == [
        "Ann Lee_11003 and Lee, Ann_11004 may each be s3 of the list of students, so neither is taken for it"
    ]
    put(tmp_path, "roster.csv", text="id,name\nParticipant 11003,Ann Lee\ns4,Bo Roe\n")
    intake = find([tmp_path / "class"], read_roster(tmp_path / "roster.csv"))
    assert sorted(each.student.key for each in intake.submissions) == ["Lee, Ann_11004", "Participant 11003", "s4"]


def test_text_and_links_that_canvas_took_are_told(tmp_path: Path) -> None:
    put(tmp_path, "leeann_101_9001_mse_loss.py", "roebo_102_text.html", "oneiljo_LATE_103_link.html")
    told = [problem.text for problem in find([tmp_path]).problems]
    assert [text.partition(" handed in ")[0] for text in told] == ["oneiljo_103", "roebo_102"]
    assert all("neither a .py file nor a notebook" in text for text in told)


def test_students_are_known_again_without_the_list(tmp_path: Path) -> None:
    put(tmp_path / "in", "leeann_101_9001_mse_loss.py", "roebo_102_9002_mse_loss.py", "doedi_103_9003_mse_loss.pdf")
    enrolled = [
        Student("ann@x.edu", "Ann Lee", "ann@x.edu", ("101", "S1")),
        Student("di@x.edu", "Di Doe", "di@x.edu", ("103",)),
        Student("cy@x.edu", "Cy Roe", "cy@x.edu", ("102",)),  # another one's number in another count
    ]
    intake = recognised(find([tmp_path / "in"]), enrolled)
    assert [each.student.key for each in intake.submissions] == ["ann@x.edu", "roebo_102"]
    assert [each.who.key for each in intake.problems if each.who] == ["di@x.edu"]


def test_a_number_and_a_name_that_disagree_name_nobody(tmp_path: Path) -> None:
    put(tmp_path, "roster.csv", text="student number,name\n101,Bo Roe\n777,Ann Lee\n")
    put(tmp_path / "in", "leeann_101_9001_mse_loss.py", "roebo_778_9002_mse_loss.py")
    intake = find([tmp_path / "in"], read_roster(tmp_path / "roster.csv"))
    assert [each.student.key for each in intake.submissions] == ["101", "leeann_101"]


def test_moodle_counts_participants_and_no_students(tmp_path: Path) -> None:
    folder = "{}_assignsubmission_file_/mse_loss.py"
    put(tmp_path, "roster.csv", text="student number,name\n101,Bo Roe\n777,Ann Lee\n")
    put(tmp_path / "in", *map(folder.format, ("Ann Lee_101", "Cy Fox_777")))
    intake = find([tmp_path / "in"], read_roster(tmp_path / "roster.csv"))
    assert [each.student.key for each in intake.submissions] == ["777", "Cy Fox_777"]
    put(tmp_path, "worksheet.csv", text="Identifier,Full name\nParticipant 101,Ann M. Lee\nParticipant 777,Cy Fox\n")
    intake = find([tmp_path / "in"], read_roster(tmp_path / "worksheet.csv"))
    assert [each.student.name for each in intake.submissions] == ["Ann M. Lee", "Cy Fox"]


def test_a_folder_is_no_list(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="is a folder") as raised:
        read_roster(tmp_path)
    assert raised.value.cure == "Give the file itself."


def test_a_zip_within_is_told_with_what_to_do(tmp_path: Path) -> None:
    put(tmp_path, "in/ann/mse_loss.py", "in/bo/work.zip", "in/cy/work.pdf")
    bo, cy = [problem.text for problem in find([tmp_path / "in"]).problems]
    assert bo.endswith("nor a notebook; a zip within is not opened, so unpack it, and give the folder")
    assert cy.endswith("nor a notebook")
