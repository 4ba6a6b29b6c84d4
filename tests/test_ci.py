"""`grade ci`, and what calls it: the action, the GitLab template, and the example course, graded as a course would."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import xmlschema
import yaml

from grader import cli
from grader.commands import ci
from grader.sandbox.bench import Bench
from grader.sandbox.line import SandboxError
from tests.conftest import ROOT, Command
from tests.consumers import classroom, commands
from tests.lessons import notebook_text
from tests.test_cli import Shared

COURSE = ROOT / "examples" / "course"
SCHEMA = xmlschema.XMLSchema(ROOT / "tests" / "schemas" / "junit.xsd")
RIGHT = "def mse_loss(pred, target):\n    return ((pred - target) ** 2).mean()\n"
INJECTING = (
    "def mse_loss(pred, target):\n"
    "    print('\\n::error file=x::gotcha\\n::add-mask::a\\n##[error]b')\n"
    "    raise ValueError('\\n::set-output name=result::forged')\n"
)


@dataclass(frozen=True)
class Job:
    """What a CI job left behind."""

    returncode: int
    log: str
    errors: str
    summary: str
    outputs: Mapping[str, str]


RunCi = Callable[..., Job]


@pytest.fixture
def in_ci(
    bench: Bench, cache_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> RunCi:
    """Return a function that runs `grade ci` in this process, as a step of a GitHub job whose workspace is `tmp_path`."""
    monkeypatch.setattr(ci, "start", lambda *_, **__: Shared(bench.starter))
    summary, output = tmp_path / ".github-summary", tmp_path / ".github-output"
    variables = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_OUTPUT": str(output)}
    for name, value in (variables | {"GITHUB_WORKSPACE": str(tmp_path), "XDG_CACHE_HOME": str(cache_home)}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)

    def run(*words: object) -> Job:
        code = cli.main(["ci", *map(str, words)])
        shown = capsys.readouterr()
        text = summary.read_text() if summary.exists() else ""
        return Job(code, shown.out, shown.err, text, outputs(output))

    return run


def outputs(path: Path) -> dict[str, str]:
    """Return a step's outputs as the runner reads them: one a line."""
    lines = path.read_text().splitlines() if path.exists() else []
    return dict(line.split("=", 1) for line in lines)


def test_everything_passed_is_0_and_says_so_everywhere(in_ci: RunCi, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "mse_loss.py").write_text(RIGHT)
    done = in_ci("work/mse_loss.py", "--junit", "out/grade.xml")
    assert done.returncode == 0, done.errors
    assert commands(done.log) == []
    assert "## work/mse\\_loss.py: 5 of 5 points" in done.summary
    told = classroom(done.outputs["result"])
    assert (told.total, told.most, told.failed) == (5, 5, False)
    SCHEMA.validate(tmp_path / "out" / "grade.xml")


def test_a_failing_file_is_1_with_an_annotation_at_its_path(in_ci: RunCi, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "mse_loss.py").write_text(
        "import torch\n\n\ndef mse_loss(pred, target):\n    return pred.gone\n"
    )
    (tmp_path / "work" / "nb.ipynb").write_text(
        notebook_text(["x = 1", "def l1_loss(pred, target):\n    return pred.off"])
    )
    done = in_ci("work")
    assert done.returncode == 1
    module, notebook = commands(done.log)
    assert (module.properties["file"], module.properties["line"]) == ("work/mse_loss.py", "5")
    assert notebook.properties["file"] == "work/nb.ipynb"
    assert notebook.message.startswith("cell 2, line 2: ")
    lines = [line for _, line in classroom(done.outputs["result"]).table]
    assert lines[0].startswith("mse_loss (line 5): 0 of ")
    assert lines[1].startswith("l1_loss (line 2): cell 2, line 2: 0 of ")


def test_what_a_submission_prints_is_no_command(in_ci: RunCi, tmp_path: Path) -> None:
    (tmp_path / "mse_loss.py").write_text(INJECTING)
    done = in_ci(".")
    (only,) = commands(done.log)
    assert only.properties["title"] == "mse_loss: raised"
    assert set(done.outputs) == {"result"}
    assert classroom(done.outputs["result"]).total == 0
    token = re.findall(r"::stop-commands::(\w+)", done.log)
    assert len(token) == 1
    assert len(token[0]) == 32


def test_of_a_folder_only_hand_ins_are_graded(in_ci: RunCi, tmp_path: Path) -> None:
    (tmp_path / "mse_loss.py").write_text(RIGHT)
    (tmp_path / "notes.py").write_text("x = 1\n")
    for name in (".hidden", "__pycache__"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mse_loss.py").write_text("def mse_loss(a, b): ...\n")
    assert in_ci(".").returncode == 0
    (tmp_path / "mse_loss.py").unlink()
    done = in_ci(".")
    assert done.returncode == 2
    assert "answers an exercise of this course" in done.errors


def test_too_many_files_are_told(in_ci: RunCi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ci, "MOST_FILES", 1)
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text(RIGHT)
    done = in_ci(".")
    assert done.returncode == 2
    assert "notebooks and modules; at most 1 are looked at" in done.errors


def test_a_file_that_cannot_be_read_is_2_and_costs_only_itself(in_ci: RunCi, tmp_path: Path) -> None:
    (tmp_path / "mse_loss.py").write_text(RIGHT)
    (tmp_path / "broken.ipynb").write_text("{")
    done = in_ci("broken.ipynb", "mse_loss.py", "--junit", "grade.xml")
    assert done.returncode == 2
    (only,) = commands(done.log)
    assert only.properties["file"] == "broken.ipynb"
    assert "Restore an earlier copy" in only.message
    assert "not graded" in done.summary
    assert "5 of 5 points" in done.summary
    SCHEMA.validate(tmp_path / "grade.xml")


def test_a_failure_of_ours_is_3_and_no_zero(in_ci: RunCi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> object:
        raise SandboxError("no worker could be started")

    class Broken:
        start = staticmethod(broken)

        def close(self) -> None: ...

    monkeypatch.setattr(ci, "start", lambda *_, **__: Broken())
    (tmp_path / "mse_loss.py").write_text(RIGHT)
    done = in_ci("mse_loss.py", "--no-cache")
    assert done.returncode == 3
    assert classroom(done.outputs["result"]).table == [
        (
            "error",
            "mse_loss.py: The grader could not work here, which is not your fault: no worker could be started\n"
            "Run the job again; `grade doctor` says what this machine lacks.",
        )
    ]
    (only,) = commands(done.log)
    assert only.name == "warning"
    assert "which is not your fault" in done.summary


def test_a_place_that_cannot_be_written_is_told(in_ci: RunCi, tmp_path: Path) -> None:
    (tmp_path / "mse_loss.py").write_text(RIGHT)
    done = in_ci("mse_loss.py", "--summary", tmp_path)
    assert done.returncode == 2
    assert "cannot be written" in done.errors


def test_elsewhere_than_on_github_no_command_is_printed(
    in_ci: RunCi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"):
        monkeypatch.delenv(name)
    (tmp_path / "mse_loss.py").write_text(RIGHT.replace("mean", "sum"))
    done = in_ci("mse_loss.py", "--summary", "s.md")
    assert done.returncode == 1
    assert "::" not in done.log
    assert (tmp_path / "s.md").read_text().startswith("## mse\\_loss.py")
    assert commands(in_ci("mse_loss.py", "--annotations").log)


# The action and the template, run as scripts


def steps(with_: Mapping[str, str]) -> list[tuple[str, dict[str, str]]]:
    """Return the scripts of the action's steps with their variables, expressions replaced as GitHub does."""
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    assert action["runs"]["using"] == "composite"
    defaults = {name: str(one["default"]) for name, one in action["inputs"].items()}
    assert set(with_) <= set(defaults)
    values = {f"inputs.{name}": value for name, value in (defaults | dict(with_)).items()}
    values["github.action_path"] = str(ROOT)

    def filled(text: str) -> str:
        return re.sub(r"\$\{\{ *([\w.-]+) *\}\}", lambda match: values[match[1]], str(text))

    found = []
    for step in action["runs"]["steps"]:
        assert step["shell"] == "bash"
        assert "${{" not in step["run"], "an input inside a script would be code"
        found.append((step["run"], {name: filled(value) for name, value in step["env"].items()}))
    return found


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """The example course, checked out."""
    shutil.copytree(COURSE, tmp_path / "checkout")
    return tmp_path / "checkout"


@pytest.fixture
def script(cache_home: Path, tmp_path: Path) -> Callable[..., Job]:
    """Return a function that runs scripts as a runner does, `grade` being installed."""

    def run(scripts: list[tuple[str, dict[str, str]]], workspace: Path, *, github: bool = True) -> Job:
        summary, output = tmp_path / "summary", tmp_path / "output"
        variables = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "XDG_CACHE_HOME": str(cache_home)}
        if github:
            variables |= {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(workspace)}
            variables |= {"GITHUB_STEP_SUMMARY": str(summary), "GITHUB_OUTPUT": str(output)}
        log, errors, code = "", "", 0
        for text, own in scripts:
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text],
                cwd=workspace,
                env={**{k: v for k, v in os.environ.items() if not k.startswith("GITHUB_")}, **variables, **own},
                capture_output=True,
                text=True,
                timeout=200,
                check=False,
            )
            log, errors, code = log + done.stdout, errors + done.stderr, done.returncode
            if code:
                break
        return Job(code, log, errors, summary.read_text() if summary.exists() else "", outputs(output))

    return run


def step_with() -> dict[str, str]:
    """Return what the example course's workflow hands to the action."""
    workflow = yaml.safe_load((COURSE / ".github" / "workflows" / "grade.yml").read_text())
    (step,) = (one for one in workflow["jobs"]["grade"]["steps"] if one.get("id") == "grade")
    return {name: str(value) for name, value in step["with"].items()}


def test_the_example_course_is_graded_as_its_workflow_does(script: Callable[..., Job], workspace: Path) -> None:
    done = script(steps(step_with()), workspace)
    assert done.returncode == 1, done.errors
    mask, weights = commands(done.log)
    assert mask.properties["file"] == weights.properties["file"] == "submissions/wrong.py"
    assert mask.properties["title"] == "causal_mask: wrong"
    assert "You hid the diagonal too" in mask.message
    assert (weights.properties["title"], weights.properties["line"]) == ("attention_weights: raised", "14")
    told = classroom(done.outputs["result"])
    assert told.most == 30
    assert 20 <= told.total < 21
    assert [status for status, _ in told.table] == ["pass", "pass", "pass", "fail", "fail", "pass"]
    assert "## submissions/right.py: 15 of 15 points" in done.summary
    SCHEMA.validate(workspace / "grade.xml")
    hidden = [
        one
        for one in ElementTree.parse(workspace / "grade.xml").iter("testcase")
        if one.get("name") == "a longer sequence"
    ]
    assert len(hidden) == 2
    assert "a longer sequence** (hidden)" in done.summary or "a longer sequence" in done.summary


def test_the_action_takes_names_with_signs_that_a_shell_knows(script: Callable[..., Job], workspace: Path) -> None:
    (workspace / "$(touch forged)").mkdir()
    shutil.move(workspace / "submissions" / "right.py", workspace / "$(touch forged)" / "right.py")
    done = script(steps({"files": "./$(touch\n forged)/right.py"}), workspace)
    assert done.returncode == 2
    assert not (workspace / "forged").exists()
    done = script(steps({"files": "submissions", "lesson": "; touch forged", "junit": "`touch forged`.xml"}), workspace)
    assert done.returncode == 2
    assert "there is no lesson '; touch forged'" in done.errors
    assert not (workspace / "forged").exists()


def test_the_gitlab_template_grades_the_example_course(script: Callable[..., Job], workspace: Path) -> None:
    template = yaml.safe_load((ROOT / "examples" / "ci" / "gitlab.yml").read_text())
    job: dict[str, Any] = template["grade"]
    text = "\n".join(job["script"])
    done = script([(text, template["variables"] | {"GRADE_FILES": "submissions/right.py"})], workspace, github=False)
    assert done.returncode == 0, done.errors
    SCHEMA.validate(workspace / job["artifacts"]["reports"]["junit"])
    assert "15 of 15 points" in (workspace / "grade.md").read_text()
    done = script([(text, template["variables"])], workspace, github=False)
    assert done.returncode == 1
    assert "::" not in done.log


def test_the_example_course_s_readme_says_what_is_true(grade_command: Command, workspace: Path) -> None:
    text = (workspace / "README.md").read_text()
    assert len(text.splitlines()) <= 20
    told = re.findall(r"^\$ grade (.*?) *#", text, re.MULTILINE)
    assert told[:2] == ["submissions/wrong.py", "ci submissions"]
    done = grade_command(*told[0].split(), cwd=workspace)
    assert done.returncode == 1
    assert "misconception.hides_itself" in done.stdout
    assert "hidden" in done.stdout or "a longer sequence" in done.stdout
    done = grade_command(*told[3].split(), "--seed", 0, cwd=workspace)
    assert done.returncode == 0, done.stderr
    (workspace / "handout" / "mine.py").write_text((workspace / "submissions" / "right.py").read_text())
    done = grade_command("mine.py", cwd=workspace / "handout")
    assert done.returncode == 0, done.stdout + done.stderr
    done = grade_command("ci", ".", cwd=workspace / "handout")
    assert done.returncode == 0, done.stdout + done.stderr
