"""The zip for Gradescope: laid out as there, its scripts run as there, with our own failures never a 0."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader import autograder, cli, course
from grader.autograder import run, wheel
from grader.cache import Cache
from grader.errors import Mistake
from grader.sandbox.bench import Bench
from tests.conftest import ROOT, Command
from tests.lessons import notebook_text
from tests.platform_schemas import GRADESCOPE, GRADESCOPE_SCORED

RIGHT = "def mse_loss(pred, target):\n    return ((pred - target) ** 2).mean()\n"
WRONG = "def mse_loss(pred, target):\n    return ((pred - target) ** 2).sum()\n"
L1 = "def l1_loss(pred, target):\n    return (pred - target).abs().mean()\n"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with one lesson of two exercises."""
    root = tmp_path_factory.mktemp("course")
    for part in ("exercises", "reference"):
        (root / part / "losses").mkdir(parents=True)
        for name in ("mse_loss", "l1_loss"):
            shutil.copy(ROOT / part / "losses" / f"{name}.py", root / part / "losses")
    return root


@pytest.fixture(scope="module")
def packed(small: Path) -> Path:
    autograder.make(course.load(small), "losses", autograder.Settings(), small / "autograder.zip")
    return small / "autograder.zip"


@pytest.fixture
def platform(packed: Path, tmp_path: Path) -> Callable[..., Path]:
    """Return a function that lays a folder out as Gradescope does, with the files handed in."""

    def lay_out(**files: str) -> Path:
        root = tmp_path / "autograder"
        with zipfile.ZipFile(packed) as archive:
            archive.extractall(root / "source")
        shutil.copy(root / "source" / "run_autograder", root / "run_autograder")
        (root / "run_autograder").chmod(0o755)
        for folder in ("submission", "results"):
            (root / folder).mkdir()
        for name, text in files.items():
            path = root / "submission" / name.replace("__", "/").replace("_py", ".py").replace("_ipynb", ".ipynb")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        return root

    return lay_out


def run_script(root: Path, **environment: str) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    """Run `run_autograder` as Gradescope does and return what it printed, and the results."""
    usual = {"GRADER_ROOT": str(root), "GRADER_PYTHON": sys.executable}
    done = subprocess.run(
        [str(root / "run_autograder")],
        cwd=root,
        env=os.environ | usual | environment,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    results = json.loads((root / "results" / "results.json").read_text())
    GRADESCOPE.validate(results)
    return done, results


def graded(root: Path, bench: Bench, cache_home: Path) -> dict[str, Any]:
    """Return the results without a process of their own."""
    text, _ = autograder.graded(root, autograder.read_plan(root), bench, Cache(cache_home / "grader"))
    results: dict[str, Any] = json.loads(text)
    GRADESCOPE.validate(results)
    return results


def test_the_zip_has_what_gradescope_asks_for(packed: Path, small: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(packed) as archive:
        names = archive.namelist()
        assert {"setup.sh", "run_autograder"} <= set(names)  # at its root
        assert all(archive.getinfo(name).external_attr >> 16 & 0o111 for name in ("setup.sh", "run_autograder"))
        texts = [archive.read(name).decode() for name in ("setup.sh", "run_autograder")]
    assert "course/reference/losses/mse_loss.py" in names
    assert all(text.startswith("#!/usr/bin/env bash\n") and "@" not in text.replace('"$@"', "") for text in texts)
    autograder.make(course.load(small), "losses", autograder.Settings(), tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == packed.read_bytes()


@pytest.mark.parametrize("name", ["setup.sh", "run_autograder"])
def test_the_scripts_parse(packed: Path, tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(packed) as archive:
        path = archive.extract(name, tmp_path)
    subprocess.run(["bash", "-n", path], check=True)


def test_the_script_grades_a_submission(platform: Callable[..., Path]) -> None:
    root = platform(mse_loss_py=WRONG, l1_loss_py=L1)
    done, results = run_script(root)
    assert done.returncode == 0, done.stderr
    assert GRADESCOPE_SCORED.is_valid(results)
    by_name = {test["name"].partition(":")[0]: test["max_score"] for test in results["tests"]}
    assert set(by_name) == {"mse_loss", "l1_loss"}
    assert 5 <= results["score"] < 10
    assert not list((root / "results").glob("*.part"))


def test_the_script_with_a_broken_course_gives_no_score(platform: Callable[..., Path]) -> None:
    root = platform(mse_loss_py=RIGHT)
    (root / "source/course/reference/losses/mse_loss.py").write_text("def mse_loss(:\n")
    done, results = run_script(root)
    assert done.returncode == 3
    assert not GRADESCOPE_SCORED.is_valid(results)
    assert "not graded: the grader failed" in results["output"]
    assert "reference" not in results["output"]  # its words are for instructors
    assert "mse_loss" in done.stderr


def test_the_script_without_the_grader_gives_no_score(platform: Callable[..., Path]) -> None:
    done, results = run_script(platform(mse_loss_py=RIGHT), GRADER_PYTHON="/bin/false")
    assert done.returncode != 0
    assert not GRADESCOPE_SCORED.is_valid(results)
    assert "says so, and has no score" in done.stderr


def test_the_script_when_time_is_up_gives_no_score(platform: Callable[..., Path]) -> None:
    root = platform(mse_loss_py=RIGHT)
    script = root / "run_autograder"
    script.write_text(script.read_text().replace("=10 540 ", "=10 0.1 "))
    done, results = run_script(root)
    assert done.returncode == 124
    assert not GRADESCOPE_SCORED.is_valid(results)
    assert "The grader ended early" in results["output"]


def test_a_damaged_plan(platform: Callable[..., Path]) -> None:
    root = platform(mse_loss_py=RIGHT)
    (root / "source" / run.PLAN).write_text("{")
    done, results = run_script(root)
    assert done.returncode == 2
    assert "cannot be read" in done.stderr
    assert not GRADESCOPE_SCORED.is_valid(results)


def test_an_accident_in_the_grader_is_no_score(
    platform: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("an accident")

    root = platform(mse_loss_py=RIGHT)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(autograder, "graded", broken)
    assert cli.main(["autograde", str(root)]) == 3
    results = json.loads((root / "results" / "results.json").read_text())
    assert not GRADESCOPE_SCORED.is_valid(results)
    shutil.rmtree(root / "results")
    assert cli.main(["autograde", str(root)]) == 2  # the results cannot be written to a folder that is not there


def test_what_a_student_can_do_gives_a_score(platform: Callable[..., Path], bench: Bench, cache_home: Path) -> None:
    root = platform()
    nothing = graded(root, bench, cache_home)
    assert nothing["score"] == 0.0
    assert "there is no .py file and no notebook" in nothing["output"]
    (root / "submission" / "a.ipynb").write_text("{")
    damaged = graded(root, bench, cache_home)
    assert damaged["score"] == 0.0
    assert "a.ipynb is damaged" in damaged["output"]
    assert str(root) not in damaged["output"]
    (root / "submission" / "mse_loss.py").write_text(RIGHT)
    (root / "submission" / "other.py").write_text(RIGHT)
    assert "mse_loss stands in two files, mse_loss.py and other.py" in graded(root, bench, cache_home)["output"]
    (root / "submission" / "other.py").write_text("x = 1\n")
    one = graded(root, bench, cache_home)
    assert one["score"] == 5.0
    assert "left out: a.ipynb is damaged" in one["output"]
    assert [test["name"] for test in one["tests"] if test["status"] == "failed"] == ["l1_loss: not attempted"]


def test_a_notebook_in_a_folder(platform: Callable[..., Path], bench: Bench, cache_home: Path) -> None:
    root = platform(hw__work_ipynb=notebook_text([RIGHT, L1]))
    assert graded(root, bench, cache_home)["score"] == 10.0


def test_a_submission_that_never_ends_is_stopped_and_scored(
    platform: Callable[..., Path], bench: Bench, cache_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "LEAST_S", 3.0)
    root = platform(mse_loss_py="def mse_loss(pred, target):\n    while True:\n        pass\n")
    path = root / "source" / run.PLAN
    path.write_text(path.read_text().replace("540", "30"))
    results = graded(root, bench, cache_home)
    assert GRADESCOPE_SCORED.is_valid(results)
    assert results["score"] == 0.0
    assert "timed_out" in {tag for test in results["tests"] for tag in test["tags"]}


def test_too_many_files(tmp_path: Path) -> None:
    for i in range(run.MOST_FILES + 1):
        (tmp_path / f"a{i}.py").write_text("")
    with pytest.raises(Mistake, match="you handed in 101 files"):
        run._answers(tmp_path)


def test_what_cannot_be_made(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = course.load(small)
    with pytest.raises(Mistake, match="there is no lesson 'nothing'"):
        autograder.make(found, "nothing", autograder.Settings(), tmp_path / "a.zip")
    with pytest.raises(Mistake, match='--pip-options "\'x": No closing quotation'):
        autograder.make(found, "losses", autograder.Settings(pip_options="'x"), tmp_path / "a.zip")
    with pytest.raises(Mistake, match="cannot be written: No such file"):
        autograder.make(found, "losses", autograder.Settings(), tmp_path / "no" / "a.zip")
    monkeypatch.setattr("grader.autograder.pack.MOST_BYTES", 1000)
    with pytest.raises(Mistake, match="the autograder has 0 MB"):
        autograder.make(found, "losses", autograder.Settings(), tmp_path / "a.zip")
    monkeypatch.setattr(wheel, "NAME", "no-such-package")
    with pytest.raises(Mistake, match="grader runs without being installed"):
        wheel.build()


def test_the_wheel_installs(tmp_path: Path) -> None:
    path = tmp_path / wheel.filename()
    path.write_bytes(wheel.build())
    target = tmp_path / "site"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", target, path],
        check=True,
        capture_output=True,
    )
    code = "import grader, importlib.metadata as m; print(grader.__file__); print(len(m.entry_points(group='grader.reporters')))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(target)},
        capture_output=True,
        text=True,
        check=True,
    )
    where, count = done.stdout.split()
    assert where == str(target / "grader" / "__init__.py")
    assert int(count) >= 5


def test_export_is_for_grades_and_for_graders(grade_command: Command, small: Path, tmp_path: Path) -> None:
    done = grade_command("export", "gradescope-autograder", "losses", "--course", small, "-o", "a.zip", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "a.zip grades 2 exercises of losses" in done.stdout
    assert zipfile.is_zipfile(tmp_path / "a.zip")
    told = grade_command("export", "--help", cwd=tmp_path).stdout
    assert "gradescope-autograder" in told
    assert "grades" in told
    done = grade_command("export", "grades.csv", cwd=tmp_path)  # what it was before
    assert done.returncode == 2
    assert "grades.db" in done.stderr
