"""The commands for a class, on a gradebook made by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader import cli, gradebook
from grader.commands import classes, options
from grader.gradebook import TaskKey
from grader.intake import Student
from grader.model import Outcome, Report, Result, Verdict

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def report(digest: str, names: tuple[str, ...], points: float) -> Report:
    outcome = Outcome.PASSED if points >= 5 else Outcome.WRONG
    verdict = Verdict(case="typical", outcome=outcome, points=points, max_points=5.0)
    results = tuple(
        Result(exercise=name, title="", outcome=outcome, points=points, max_points=5.0, verdicts=(verdict,))
        for name in names
    )
    return Report(submission="x", digest=digest, lesson="losses", results=results, points=points, max_points=5.0)


@pytest.fixture
def graded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a gradebook of two students."""
    monkeypatch.chdir(tmp_path)
    with gradebook.opened(tmp_path / "grades.db") as book:
        for name, points in (("ann", 5.0), ("bob", 2.0)):
            who = gradebook.HandIn(Student(name, name.title()), f"d-{name}", "a.py", NOW)
            key = TaskKey("mse_loss", "1", "1", 0, "0", "2")
            gradebook.record(book, who, report(who.digest, ("mse_loss",), points), [key], NOW)
    return tmp_path


def call(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = cli.main(list(words))
    streams = capsys.readouterr()
    return status, streams.out, streams.err


def test_show_override_policy_and_export(graded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = call(capsys, "show", "Ann")
    assert status == 0
    assert "ann  Ann   5 / 5" in out
    assert "*mse_loss  5 / 5  passed" in out
    status, out, _ = call(
        capsys, "override", "bob", "mse_loss", "4.5", "--why", "by hand", "--comment", "=good", "--who", "me"
    )
    assert (status, out) == (0, "bob  mse_loss  2 -> 4.5\n")
    status, out, err = call(capsys, "show", "bob", "--html", "pages")
    assert "mse_loss  4.5 / 5  wrong   (by me; graded 2; =good)" in out
    assert "by me: by hand" in out
    assert (graded / "pages" / "report-1.html").is_file()
    status, out, _ = call(capsys, "override", "bob", "mse_loss", "--withdraw", "--why", "no", "--who", "me")
    assert out == "bob  mse_loss  4.5 -> 2\n"
    assert "withdrawn  by me: no" in call(capsys, "show", "bob")[1]
    (graded / "p.json").write_text('{"deadline": "2026-02-28T00:00:00Z", "late": [{"after_hours": 0, "loses": 0.5}]}')
    assert "2.5 / 5  passed   (graded 5; 24.0 h late)" in call(capsys, "show", "ann", "--policy", "p.json")[1]
    assert "2026-02-28" in call(capsys, "policy", "p.json")[1]
    assert "ann  Ann   2.5 / 5" in call(capsys, "show", "ann")[1]
    assert call(capsys, "export", "out.csv")[0] == 0
    assert '"ann","Ann","","yes","2.5","2.5","5",""' in (graded / "out.csv").read_text()
    (graded / "c.csv").write_text("Student,ID,Section\nAnn,1,A\n")
    status, _, err = call(capsys, "export", "o.csv", "--for", "canvas", "--from", "c.csv", "--assignment", "L")
    assert (status, err) == (0, "Bob (bob) has 1 points, but no line in the file\n")
    (graded / "m.csv").write_text("Identifier,Full name,Grade\nParticipant 1,Ann,\n")
    assert call(capsys, "export", "m2.csv", "--for", "moodle", "--from", "m.csv")[0] == 0
    assert '"Participant 1","Ann","2.5"' in (graded / "m2.csv").read_text()
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    assert call(capsys, "export", "o.parquet", "--for", "parquet")[0] == 0


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("show", "eve"), "no student 'eve'"),
        (("show", "ann", "--db", "none.db"), "no gradebook none.db"),
        (("show", "ann", "--html", "grades.db/x"), "grades.db/x cannot be written"),
        (("override", "ann", "mse_loss", "--why", "x"), "is points, or --withdraw"),
        (("override", "ann", "mse_loss", "1", "--withdraw", "--why", "x"), "is points, or --withdraw"),
        (("export", "o.csv", "--for", "moodle"), "has its own names"),
        (("export", "o.csv", "--for", "canvas", "--from", "grades.db"), "Canvas needs an assignment"),
        (("export", "none/o.csv"), "cannot be written"),
        (("export", "o.xlsx"), "would be CSV by another name"),
        (("class", "none"), "there is no none"),
        (("class", "broken.zip"), "there is nothing to grade:\nunreadable: broken.zip is not a whole zip"),
        (("class", "*.nothing"), "nothing matches"),
    ],
)
def test_mistakes_on_the_command_line(
    graded: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    problem: str,
) -> None:
    class Closed:
        def close(self) -> None:
            pass

    (graded / "broken.zip").write_text("no zip")
    monkeypatch.setattr(options, "ForkServer", lambda *_, **__: Closed())
    status, _, err = call(capsys, *words)
    assert problem in err
    assert status == 2


def test_which_words_mean_a_class(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "a[1].py").touch()
    assert [cli.is_class(word) for word in ("in", "x.zip", "*.py", "a[1].py", "x.py", "--json")] == [
        True, True, True, False, False, False,
    ]  # fmt: skip
    assert "--students" in CliRunner().invoke(cli.cli, ["in", "--help"]).output


def test_a_dry_run_makes_no_gradebook(tmp_path: Path) -> None:
    assert classes._address(None, tmp_path, dry_run=True) == ":memory:"
    assert classes._address(None, tmp_path / "x.zip", dry_run=False) == str(tmp_path / "grades.db")
    assert classes._address("postgresql://x/y", tmp_path, dry_run=True) == "postgresql://x/y"
    with gradebook.opened(":memory:") as book:
        gradebook.enroll(book, [Student("ann")])
        assert gradebook.student(book, "ANN").key == "ann"


def test_a_policy_that_names_nobody_is_told(graded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (graded / "p.json").write_text(
        '{"extensions": {"ann": {"hours": 1}, "anna": {"hours": 2}}, "dropped": ["mse_los"]}'
    )
    status, out, err = call(capsys, "policy", "p.json")
    assert (status, '"anna"' in out) == (0, True)
    assert err.splitlines() == [
        "kept, but there is no student 'anna' in grades.db yet",
        "kept, but there is no exercise 'mse_los' in grades.db yet",
    ]
