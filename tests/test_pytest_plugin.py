"""`pytest --grade`: a case is a test, under xdist too, and who does not ask for it notices nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.conftest import ROOT

WRONG = "import torch\n\n\ndef mse_loss(pred, target):\n    return (pred - target).square().sum()\n"
RAISING = "def l1_loss(pred, target):\n    return pred.absolutely(target)\n"
TRAP = "raise SystemExit('this file must not run in the process that judges')\n"

Pytest = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory, cache_home: Path) -> Pytest:
    """Return a function that runs pytest in a folder with two answers, as a student would; warnings are errors."""
    folder = tmp_path_factory.mktemp("work")
    (folder / "mse_loss.py").write_text(WRONG)
    (folder / "l1_loss.py").write_text(RAISING)
    (folder / "notes.py").write_text(TRAP)
    (folder / "test_mine.py").write_text(TRAP)
    (folder / "conftest.py").write_text(TRAP)
    (folder / "pytest.ini").write_text("[pytest]\n")

    def run(*words: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-W", "error", "-m", "pytest", "-W", "error", "-p", "no:randomly", *map(str, words)],
            cwd=folder,
            env=os.environ | {"XDG_CACHE_HOME": str(cache_home), "COLUMNS": "100", "PYTEST_ADDOPTS": ""},
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )

    return run


def test_each_case_is_a_test_and_a_failure_is_told_in_sentences(graded: Pytest, tmp_path: Path) -> None:
    done = graded("--grade", "mse_loss.py", "-v", f"--junitxml={tmp_path / 'j.xml'}")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "mse_loss.py::mse_loss::a batch of predictions FAILED" in done.stdout
    assert "mse_loss.py::mse_loss::perfect predictions PASSED" in done.stdout
    assert "You added the squared errors up" in done.stdout
    assert "mse_loss.py, line 4" in done.stdout
    assert "Traceback" not in done.stdout
    assert "_NotPassed" not in done.stdout
    case = next(one for one in ElementTree.parse(tmp_path / "j.xml").iter("testcase"))
    facts = {one.get("name"): one.get("value") for one in case.iter("property")}
    assert facts["points"] == "0.0"
    assert float(facts["max_points"] or "") > 0
    assert facts["outcome"] == "wrong"


def test_names_select_and_what_failed_last_runs_again(graded: Pytest) -> None:
    done = graded("--grade", "mse_loss.py", "-k", "perfect or float64", "-q")
    assert "1 failed, 1 passed, 15 deselected" in done.stdout, done.stdout
    done = graded("--grade", "mse_loss.py", "-k", "perfect or float64", "--lf", "-q")
    assert "1 failed" in done.stdout
    assert "passed" not in done.stdout


def test_a_folder_is_graded_by_two_processes(graded: Pytest) -> None:
    done = graded("--grade", ".", "-n", "2", "-q")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "32 failed, 1 passed" in done.stdout
    assert "AttributeError: 'Tensor' object has no attribute 'absolutely'" in done.stdout
    assert "this file must not run" not in done.stdout + done.stderr


def test_collecting_runs_no_answer_and_options_choose(graded: Pytest) -> None:
    done = graded("--grade", "notes.py", "--grade-lesson", "losses", "--grade-course", ROOT, "--collect-only", "-q")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "notes.py::kd_loss::hot" in done.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("notes.py",), "defines none of this course's exercises"),
        (("mse_loss.py", "--grade-course", "nowhere"), "nowhere is not a course"),
    ],
)
def test_a_mistake_is_told_without_a_traceback(graded: Pytest, words: tuple[str, ...], told: str) -> None:
    done = graded("--grade", *words)
    assert done.returncode == 2
    assert told in done.stdout
    assert "Traceback" not in done.stdout


def test_without_the_option_nothing_is_changed_and_nothing_imported(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("loaded = True\n")
    (tmp_path / "test_it.py").write_text(
        "import sys\n\n\ndef test_it():\n"
        "    heavy = {name for name in sys.modules if name.startswith(('grader.', 'torch', 'numpy', 'click', 'rich'))}\n"
        "    assert heavy == {'grader.pytest_plugin'}\n"
    )
    words = [sys.executable, "-W", "error", "-m", "pytest", "-W", "error", "-q"]
    words += ["-p", "no:hypothesispytest", "-p", "no:jaxtyping"]  # they import numpy
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout
