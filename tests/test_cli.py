"""The command line: exit codes, what is printed where, and a sentence with a cure for everything that can be wrong."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import pytest

from grader import cli, course
from grader.commands import COMMANDS, files
from grader.report.json import schema
from grader.sandbox.bench import Bench
from grader.sandbox.line import SandboxError
from grader.sandbox.server import Starter
from tests.conftest import BASICS, ROOT, Command
from tests.lessons import notebook_text
from tests.platform_schemas import GRADESCOPE, PRAIRIELEARN

RIGHT = "def mse_loss(pred, target):\n    return ((pred - target) ** 2).mean()\n"
WRONG = "def mse_loss(pred, target):\n    return ((pred - target) ** 2).sum()\n"
ANSI = re.compile("\x1b")


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str, str], Path]:
    """Write a file and return its path."""

    def write(text: str, name: str = "mse_loss.py") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


Write = Callable[..., Path]


@dataclass(frozen=True)
class Done:
    """What a command line gave, as `subprocess.run` tells it."""

    returncode: int
    stdout: str
    stderr: str


Here = Callable[..., Done]


class Shared:
    """A starter that goes on when a command line has done with it."""

    def __init__(self, starter: Starter) -> None:
        self.start = starter.start

    def close(self) -> None: ...


@pytest.fixture
def here(bench: Bench, cache_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """Return a function that runs `grade` in this process, with the workers that all tests share."""
    monkeypatch.setattr(files, "start", lambda *_, **__: Shared(bench.starter))
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def run(*words: object, cwd: Path, **environment: str) -> Done:
        monkeypatch.chdir(cwd)
        for name, value in ({"XDG_CACHE_HOME": str(cache_home), "COLUMNS": "100"} | environment).items():
            monkeypatch.setenv(name, value)
        code = cli.main([str(word) for word in words])
        shown = capsys.readouterr()
        return Done(code, shown.out, shown.err)

    return run


# Exit codes


def test_all_passed_is_0(grade_command: Command, file: Write, tmp_path: Path) -> None:
    done = grade_command(file(RIGHT), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "5/5 points" in done.stdout
    assert not ANSI.search(done.stdout + done.stderr)


def test_some_failed_is_1_and_a_passed_file_does_not_hide_it(here: Here, file: Write, tmp_path: Path) -> None:
    done = here(file(WRONG), file(RIGHT, "right.py"), cwd=tmp_path)
    assert done.returncode == 1
    assert "misconception.sum_instead_of_mean" in done.stdout
    assert "right.py" in done.stdout
    assert done.stderr == ""


def test_nothing_attempted_is_1(here: Here, file: Write, tmp_path: Path) -> None:
    done = here(file("x = 1\n", "notes.py"), "--exercise", "mse_loss", cwd=tmp_path)
    assert done.returncode == 1
    assert "not attempted" in done.stdout


def test_a_mistake_is_2_and_costs_its_own_file_alone(grade_command: Command, file: Write, tmp_path: Path) -> None:
    done = grade_command(file(RIGHT), tmp_path / "gone.py", cwd=tmp_path)
    assert done.returncode == 2
    assert "5/5 points" in done.stdout
    assert f"grade: there is no file {tmp_path / 'gone.py'}" in done.stderr


def test_ungraded_is_3(file: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Here because the sandbox cannot start a worker."""

    def broken(*_: object, **__: object) -> object:
        raise SandboxError("no worker could be started")

    monkeypatch.setattr(files, "start", lambda *_, **__: _Starter(broken))
    assert cli.main([str(file(RIGHT)), "--no-cache"]) == 3
    assert "no worker could be started" in capsys.readouterr().err


class _Starter:
    def __init__(self, start: Callable[..., object]) -> None:
        self.start = start

    def close(self) -> None: ...

    def warm(self, *_: object) -> None: ...


def test_an_interruption_is_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(course, "find", interrupt)
    assert cli.main(["list"]) == 130


def test_a_spawned_worker_gives_the_same_report(grade_command: Command, file: Write, tmp_path: Path) -> None:
    path = file(WRONG)
    forked, spawned = (grade_command(path, "--starter", way, cwd=tmp_path) for way in ("fork", "spawn"))
    assert (forked.returncode, forked.stdout) == (spawned.returncode, spawned.stdout)


# Ways of showing


def test_json_keeps_the_published_schema(here: Here, file: Write, tmp_path: Path) -> None:
    done = here(file(WRONG), "--json", "--seed", "7", cwd=tmp_path)
    report = json.loads(done.stdout)
    jsonschema.Draft202012Validator(schema()).validate(report)
    assert (done.returncode, report["seed"], report["submission"]) == (1, 7, "mse_loss.py")


def test_the_same_seed_gives_the_same_bytes(here: Here, file: Write, tmp_path: Path) -> None:
    path = file(WRONG)
    first, second, other = (here(path, "--json", "--seed", seed, cwd=tmp_path).stdout for seed in (1, 1, 2))
    assert first == second != other


def test_html_is_one_file(here: Here, file: Write, tmp_path: Path) -> None:
    done = here(file(WRONG), "--html", "report.html", cwd=tmp_path)
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert done.returncode == 1
    assert "Content-Security-Policy" in text
    assert "mse_loss" in text
    assert "report: report.html" in done.stderr


def test_reports_by_name(here: Here, file: Write, tmp_path: Path) -> None:
    path = file(WRONG)
    done = here(path, "--report", "gradescope=results.json", "--report", "prairielearn=-", cwd=tmp_path)
    assert done.returncode == 1
    assert "report: results.json" in done.stderr
    results = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    GRADESCOPE.validate(results)
    other = json.loads(done.stdout)  # nothing but the report
    PRAIRIELEARN.validate(other)
    assert results["score"] == pytest.approx(5 * other["score"], abs=1e-3)
    assert {test["status"] for test in results["tests"]} == {"passed", "failed"}


def test_open_shows_the_html_report(
    file: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[str] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(files.webbrowser, "open", opened.append)
    assert cli.main([str(file(RIGHT)), "--open"]) == 0
    assert opened == [(tmp_path / "grade-report.html").as_uri()]
    assert "5/5" in capsys.readouterr().out


@pytest.mark.parametrize("flag", ["--quiet", "--json"])
def test_the_page_is_written_though_nobody_reads_what_is_printed(
    flag: str, file: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def leave(*_: object, **__: object) -> None:
        raise BrokenPipeError

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(files, "_show", leave)
    assert cli.main([str(file(RIGHT)), flag, "--html", "report.html"]) == 1
    assert (tmp_path / "report.html").is_file()
    assert "failed" not in capsys.readouterr().err


def test_a_page_that_cannot_be_written_costs_no_verdict(here: Here, file: Write, tmp_path: Path) -> None:
    done = here(file(RIGHT), "--html", "no/report.html", cwd=tmp_path)
    assert done.returncode == 2
    assert "5/5" in done.stdout
    assert "cannot be written to no/report.html" in done.stderr


def test_quiet_prints_the_score_alone(here: Here, file: Write, tmp_path: Path) -> None:
    done = here(file(WRONG), "--quiet", cwd=tmp_path)
    assert done.stdout.startswith("Score")
    assert len(done.stdout.splitlines()) == 1


def test_verbose_prints_passed_cases_too(here: Here, file: Write, tmp_path: Path) -> None:
    path = file(RIGHT)
    assert len(here(path, "-v", cwd=tmp_path).stdout) > len(here(path, cwd=tmp_path).stdout)


@pytest.mark.parametrize("variable", [{}, {"NO_COLOR": "1"}])
def test_no_colour_where_it_is_not_wanted(here: Here, file: Write, tmp_path: Path, variable: dict[str, str]) -> None:
    """The output here is no terminal; with FORCE_COLOR it would be coloured, unless NO_COLOR says otherwise."""
    forced = {"FORCE_COLOR": "1"} if variable else {}
    done = here(file(WRONG), cwd=tmp_path, **variable, **forced)
    assert not re.search("\x1b\\[[0-9;]*3[0-9]m", done.stdout)
    if not forced:
        assert not ANSI.search(done.stdout)


def test_colour_can_be_forced(grade_command: Command, file: Write, tmp_path: Path) -> None:
    assert ANSI.search(grade_command(file(WRONG), cwd=tmp_path, FORCE_COLOR="1").stdout)


# Subcommands


def test_list(here: Here, tmp_path: Path) -> None:
    done = here("list", cwd=tmp_path)
    assert done.returncode == 0
    assert "focal_loss" in done.stdout
    basics = here("list", "--course", BASICS, cwd=tmp_path)
    assert "Functions of tensors" in basics.stdout
    assert "focal_loss" not in basics.stdout


def test_new_writes_a_starter_that_is_not_attempted(here: Here, tmp_path: Path) -> None:
    done = here("new", "focal_loss", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "focal_loss.py is ready. Fill it in, then: grade focal_loss.py\n")
    graded = here("focal_loss.py", cwd=tmp_path)
    assert graded.returncode == 1
    assert "not attempted: focal_loss" in graded.stdout
    again = here("new", "focal_loss", cwd=tmp_path)
    assert again.returncode == 2
    assert "focal_loss.py is there already" in again.stderr


def test_new_writes_a_lesson_s_notebook(here: Here, tmp_path: Path) -> None:
    assert here("new", "losses", cwd=tmp_path).returncode == 0
    assert json.loads((tmp_path / "losses.ipynb").read_text())["nbformat"] == 4
    assert here("new", "functions", "--course", BASICS, cwd=tmp_path).returncode == 2


def test_explain(here: Here, tmp_path: Path) -> None:
    done = here("explain", "misconception.softmax_twice", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith("misconception.softmax_twice: ")
    wrong = here("explain", "misconception.softmax_twic", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "Did you mean" in wrong.stderr


def test_without_a_word_it_says_what_can_be_done_here(here: Here, file: Write, tmp_path: Path) -> None:
    empty = here(cwd=tmp_path)
    assert empty.returncode == 0
    assert "The shipped course" not in empty.stdout or "losses (15 exercises)" in empty.stdout
    assert "grade new losses" in empty.stdout
    file(WRONG, "my work.py")
    file("x = 1\n", "notes.py")
    some = here(cwd=tmp_path)
    assert "grade 'my work.py'" in some.stdout
    assert "grade --watch 'my work.py'" in some.stdout
    assert "notes.py" not in some.stdout
    for name in ("ann", "bob", "cem"):
        (tmp_path / name).mkdir()
        file(RIGHT, f"{name}/a.py")
    assert "This looks like a class: 3 folders" in here(cwd=tmp_path).stdout
    assert "grade verify" in here(cwd=BASICS).stdout


def test_hints_come_one_at_a_time(here: Here, tmp_path: Path) -> None:
    mine = {"XDG_DATA_HOME": str(tmp_path / "data"), "GRADER_NO_PROGRESS": "0"}
    said = [here("hint", "kd_loss", *more, cwd=tmp_path, **mine).stdout for more in ((), (), (), (), ("--reset",))]
    heads = [text.partition("\n")[0] for text in said]
    assert heads == [
        "kd_loss: hint 1 of 3, a nudge",
        "kd_loss: hint 2 of 3, a pointer",
        "kd_loss: hint 3 of 3, a step",
        "kd_loss: hint 3 of 3, a step",
        "kd_loss: hint 1 of 3, a nudge",
    ]
    assert "The next one: grade hint kd_loss" in said[0]
    assert "That was the last one" in said[2]
    assert "You have seen them all" in said[3]
    everything = here("hint", "kd_loss", "--all", cwd=tmp_path, **mine).stdout
    assert all(kind in everything for kind in ("a nudge", "a pointer", "a step"))
    assert "hint 2 of 3" in here("hint", "kd_loss", cwd=tmp_path, **mine).stdout
    off = here("hint", "kd_loss", cwd=tmp_path, GRADER_NO_PROGRESS="1")
    assert "hint 1 of 3" in off.stdout
    assert "--all" in off.stdout


def test_an_exercise_without_hints(here: Here, tmp_path: Path) -> None:
    done = here("hint", "divergence", "--course", BASICS, cwd=tmp_path)
    assert done.returncode == 2
    assert "divergence has no hints" in done.stderr
    assert "Its statement says what is asked: `grade new` writes it down." in done.stderr
    assert "there is no exercise 'kd_los'" in here("hint", "kd_los", cwd=tmp_path).stderr


def test_progress_is_kept_and_listed(here: Here, file: Write, tmp_path: Path) -> None:
    mine = {"XDG_DATA_HOME": str(tmp_path / "data"), "GRADER_NO_PROGRESS": "0"}
    assert "done" not in here("list", cwd=tmp_path, **mine).stdout
    here(file(WRONG), cwd=tmp_path, **mine)
    here(file(WRONG), cwd=tmp_path, **mine)
    listed = here("list", cwd=tmp_path, **mine).stdout
    assert "0 of 15 exercises done" in listed
    assert re.search(r"mse_loss +✗ 0\.4/5 +1 try  Mean squared error", listed)
    here(file(RIGHT), "--no-progress", cwd=tmp_path, **mine)
    assert "0 of 15 exercises done" in here("list", cwd=tmp_path, **mine).stdout
    here(file(RIGHT), cwd=tmp_path, **mine)
    here(file(WRONG), cwd=tmp_path, **mine)
    listed = here("list", cwd=tmp_path, **mine).stdout
    assert "1 of 15 exercises done" in listed
    assert re.search(r"mse_loss +✓ 5/5 +3 tries", listed)


def test_damaged_progress_costs_a_sentence(here: Here, file: Write, tmp_path: Path) -> None:
    mine = {"XDG_DATA_HOME": str(tmp_path), "GRADER_NO_PROGRESS": "0"}
    (tmp_path / "grader").mkdir()
    (tmp_path / "grader" / "progress.json").write_text("{oops")
    for words in (["list"], [file(RIGHT)], ["hint", "kd_loss"]):
        done = here(*words, cwd=tmp_path, **mine)
        assert done.returncode == 0
        assert done.stdout
        assert "the file that keeps your progress cannot be read" in done.stderr
        assert "Delete it to begin anew; verdicts do not depend on it." in done.stderr


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["--help"], "Usage"),
        (["-h"], "Usage"),
        (["--version"], "grade, version"),
        *(([name, "--help"], f"Usage: grade {name}") for name in COMMANDS),
    ],
)
def test_help(words: list[str], shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(words) == 0
    assert shown in capsys.readouterr().out


def test_a_misspelt_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["verfy"]) == 2
    assert "Did you mean: grade verify?" in capsys.readouterr().err


# What can be wrong

NOTEBOOK = notebook_text([RIGHT])


def bad_inputs(folder: Path) -> dict[str, tuple[list[str], str, str]]:
    """Return words for the command line, what must be said, and the cure; files are made in `folder`."""

    def path(name: str, content: str | bytes) -> str:
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return str(folder / name)

    (folder / "folder").mkdir()
    (folder / "real.py").write_text(RIGHT)
    (folder / "link.py").symlink_to(folder / "real.py")
    os.mkfifo(folder / "pipe.ipynb")
    real = str(folder / "real.py")
    old = json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []})
    return {
        "no notebook": ([path("a.ipynb", "[1]")], "no notebook", "Jupyter"),
        "broken JSON": ([path("b.ipynb", NOTEBOOK[:-20])], "is damaged", "earlier copy"),
        "an empty file": ([path("c.ipynb", "")], "is empty", "Save"),
        "a missing file": ([str(folder / "gone.ipynb")], "there is no file", "spelling"),
        "a directory": ([str(folder / "folder")], "there is no submission in", "A .py file or a notebook"),
        "a wrong encoding": ([path("d.ipynb", NOTEBOOK.encode("utf-16"))], "is not UTF-8", "UTF-8"),
        "another encoding": ([path("d.py", "# -*- coding: utf-7 -*-\nx = 1\n")], "utf-7", "UTF-8"),
        "an old format": ([path("e.ipynb", old)], "format 3", "nbconvert"),
        "a symbolic link": ([str(folder / "link.py")], "is a symbolic link", "points to"),
        "a pipe": ([str(folder / "pipe.ipynb")], "is not a regular file", ".ipynb notebook"),
        "another kind of file": ([path("f.txt", RIGHT)], "neither a .py file nor", "that you work in"),
        "no exercise": ([path("g.py", "x = 1\n")], "defines none of this course's exercises", "--exercise"),
        "an unknown exercise": ([real, "--exercise", "focal"], "there is no exercise 'focal'", "Did you mean focal_loss"),
        "an unknown lesson": ([real, "--lesson", "loss"], "there is no lesson 'loss'", "Lessons: losses"),
        "an unknown lesson in the notebook": ([path("h.ipynb", notebook_text([RIGHT], grader={"lesson": "nothing"}))], "there is no lesson 'nothing'", "Lessons: losses"),
        "no course": ([real, "--course", str(folder)], "is not a course", "exercises/ and reference/"),
        "a report that cannot be written": ([real, "-e", "mse_loss", "--html", str(folder / "no" / "report.html")], "cannot be written to", "another path"),
        "one report for two files": ([real, real, "--html", "r.html"], "--html takes one file's report", "one at a time"),
        "an unknown reporter": ([real, "--report", "gradescop=r.json"], "there is no reporter 'gradescop'", "Did you mean gradescope"),
        "a reporter without a path": ([real, "--report", "json"], "does not say where to", "--report json=PATH"),
        "reports for two files": ([real, real, "--report", "json=r"], "--report takes one file's report", "one at a time"),
        "watching without a terminal to show it": ([real, "--watch", "--json"], "--watch takes one file, and shows it here", "Leave --json"),
        "a seed that is no number": ([real, "--seed", "x"], "'x' is not a valid integer", ""),
        "an unknown option": ([real, "--fast"], "No such option", ""),
        "a finding's id left out": (["explain"], "Missing argument 'ID'", "in brackets"),
        "a file without its ending": ([str(folder / "real")], "there is no file", "Did you mean"),
        "a file that is not there, without an ending": ([str(folder / "gone")], "there is no file", "the ending (.py or .ipynb)"),
        "an unknown finding": (["explain", "nothing.at-all"], "there is no finding", ""),
        "a new unknown exercise": (["new", "focal"], "there is no exercise 'focal'", "Did you mean focal_loss"),
    }  # fmt: skip


NAMES = [
    "no notebook", "broken JSON", "an empty file", "a missing file", "a directory", "a wrong encoding", "another encoding",
    "an old format", "a symbolic link", "a pipe", "another kind of file", "no exercise", "an unknown exercise",
    "an unknown lesson", "an unknown lesson in the notebook", "no course", "a report that cannot be written",
    "one report for two files", "an unknown reporter", "a reporter without a path", "reports for two files",
    "a seed that is no number", "an unknown option", "an unknown finding", "a new unknown exercise",
    "watching without a terminal to show it", "a finding's id left out", "a file without its ending",
    "a file that is not there, without an ending",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_what_is_wrong_is_told_with_a_cure(name: str, tmp_path: Path, here: Here) -> None:
    words, problem, cure = bad_inputs(tmp_path)[name]
    done = here(*words, cwd=tmp_path)
    said = done.stderr
    assert done.returncode == 2
    assert problem in said
    assert cure in said
    assert "Traceback" not in said


def test_every_bad_input_is_tried(tmp_path: Path) -> None:
    assert set(NAMES) == set(bad_inputs(tmp_path))


def test_no_traceback_reaches_a_person(grade_command: Command, tmp_path: Path) -> None:
    """The whole way through a process, once for each stage that reads something."""
    (tmp_path / "bad.ipynb").write_text("{")
    done = grade_command("bad.ipynb", "gone.py", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 4
    assert "Traceback" not in done.stderr


def two_lessons(root: Path) -> Path:
    for lesson in ("one", "two"):
        for folder in ("exercises", "reference"):
            (root / folder / lesson).mkdir(parents=True)
            (root / folder / lesson / f"answer_{lesson}.py").write_text("x = 1\n")
    return root


def test_an_ambiguity_lists_the_choices(file: Write, tmp_path: Path, here: Here) -> None:
    course = two_lessons(tmp_path / "course")
    answer = file("def answer_one(x): ...\ndef answer_two(x): ...\n", "work.py")
    done = here(answer, "--course", course, cwd=tmp_path)
    assert done.returncode == 2
    said = done.stderr
    assert "defines exercises of the lessons one and two" in said
    assert "--lesson one or --lesson two" in said


def test_a_fault_in_an_exercise_file_is_its_author_s(file: Write, tmp_path: Path, here: Here) -> None:
    course = two_lessons(tmp_path / "course")
    answer = file("def answer_one(x): ...\n", "work.py")
    done = here(answer, "--course", course, cwd=tmp_path)
    assert done.returncode == 2
    said = done.stderr
    assert "1 fault in exercise files" in said
    assert "exercises/one/answer_one.py: the file declares 0 exercises" in said
    (course / "exercises" / "one" / "answer_one.py").write_bytes(b"\xff\xfe")
    done = here(answer, "--course", course, cwd=tmp_path)
    assert done.returncode == 2
    assert "cannot be read" in done.stderr


EXERCISE = '''"""T.

S."""
from torch import Tensor
from grader.spec import Float, case, exercise

@exercise(case("a"))
def answer_one(x: Float[Tensor, "n"]) -> Float[Tensor, "n"]: ...
'''


@pytest.mark.parametrize(
    ("reference", "problem"),
    [
        (None, "there is no reference for answer_one"),
        ("def answer_one(x: (", "does not load: SyntaxError"),
        ("1 / 0", "does not load: ZeroDivisionError"),
        ("def other(x): return x", "does not define answer_one"),
    ],
)
def test_a_reference_that_fails_is_its_author_s_mistake(
    reference: str | None, problem: str, file: Write, tmp_path: Path, here: Here
) -> None:
    course = two_lessons(tmp_path / "course")
    (course / "exercises" / "one" / "answer_one.py").write_text(EXERCISE)
    path = course / "reference" / "one" / "answer_one.py"
    path.unlink() if reference is None else path.write_text(reference)
    answer = file("def answer_one(x): return x\n", "work.py")
    done = here(answer, "--course", course, cwd=tmp_path)
    assert done.returncode == 2
    assert problem in done.stderr


def test_a_heavy_notebook_with_a_broken_cell_is_graded(grade_command: Command, tmp_path: Path) -> None:
    """100 MB of outputs, and a syntax error in one cell: neither costs the rest."""
    book = json.loads(notebook_text([RIGHT, "def l1_loss(pred, target:\n    return 0"]))
    book["cells"][0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * (100 << 20)}]
    (tmp_path / "work.ipynb").write_text(json.dumps(book))
    done = grade_command("work.ipynb", "-e", "mse_loss", "-e", "l1_loss", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "5/5 points" in done.stdout
    assert "SyntaxError" in done.stdout
    assert "cell 2" in done.stdout


def test_the_shipped_demo(here: Here, tmp_path: Path) -> None:
    done = here(ROOT / "examples" / "demo" / "student.ipynb", "--json", cwd=tmp_path)
    outcomes = {result["outcome"] for result in json.loads(done.stdout)["results"]}
    assert {"passed", "wrong", "raised", "not_attempted"} <= outcomes
    assert done.returncode == 1
