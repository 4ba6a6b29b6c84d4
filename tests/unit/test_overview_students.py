"""Every student's own pages: the same from one process or many, and true while another grader writes."""

from pathlib import Path

import pytest

from grader import gradebook
from grader.errors import Mistake
from grader.gradebook import Gradebook
from grader.gradebook.store import writing
from grader.gradebook.tables import REPORTS
from grader.overview import students
from grader.overview.students import write_reports
from tests.unit.test_overview import footprint, put, result


@pytest.fixture
def book(tmp_path: Path) -> Gradebook:
    opened = gradebook.connect(tmp_path / "a #1?.db")
    for number in range(12):
        put(opened, f"student {number}", result("one", (0, number % 3, 2), footprint("k", number, 2.0)))
    return opened


def read(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "students").iterdir()}


def test_processes_write_the_same_bytes(
    book: Gradebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    links = write_reports(book, tmp_path / "one")
    monkeypatch.setattr(students, "FEW", 0)
    monkeypatch.setattr(students, "AT_LEAST", 1)
    monkeypatch.setattr(students, "cores", lambda: 2)
    monkeypatch.setattr(students, "_write", lambda *_: pytest.fail("written in this process"))
    assert write_reports(book, tmp_path / "many") == links
    assert len(links) == 12
    assert read(tmp_path / "many") == read(tmp_path / "one")
    assert capfd.readouterr() == ("", ""), "they say nothing"
    monkeypatch.undo()
    assert write_reports(book, tmp_path / "many") == links


def test_what_is_amiss_in_a_process_is_told(book: Gradebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(students, "FEW", 0)
    monkeypatch.setattr(students, "cores", lambda: 2)
    with writing(book) as connection:
        connection.execute(REPORTS.update().values(body=b"rot"))
    with pytest.raises(Mistake, match=r"a stored report of .* is damaged") as raised:
        write_reports(book, tmp_path / "out")
    assert raised.value.cure == "Grade it again with --force."


def test_a_process_that_dies_is_told(book: Gradebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(students, "FEW", 0)
    monkeypatch.setattr(students, "cores", lambda: 2)
    monkeypatch.setattr(students.sys, "executable", "/bin/false")
    with pytest.raises(Mistake, match="a process that writes reports has died"):
        write_reports(book, tmp_path / "out")


def test_a_gradebook_in_memory_is_read_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(students, "FEW", 0)
    monkeypatch.setattr(students, "cores", lambda: 2)
    with gradebook.opened(":memory:") as book:
        put(book, "ann", result("one", (0, 0), None))
        assert len(write_reports(book, tmp_path)["ann"]) == 1


def test_another_grader_may_write_meanwhile(book: Gradebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read first is not what is read when a page is written; each page is called by what it says."""
    before = gradebook.report_states(book)
    put(book, "student 3", result("one", (2, 2, 2), None), hours=-1, digest="earlier", name="x")
    monkeypatch.setattr(gradebook, "report_states", lambda _: before)
    links = write_reports(book, tmp_path / "out")
    monkeypatch.undo()
    assert len(links["student 3"]) == 2
    assert all((tmp_path / "out" / place).is_file() for pages in links.values() for place, _ in pages)
    assert links == write_reports(book, tmp_path / "out")
    pages = read(tmp_path / "out")
    assert pages == (write_reports(book, tmp_path / "anew"), read(tmp_path / "anew"))[1]
