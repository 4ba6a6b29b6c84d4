"""`grader.check` and `%%grade` in real kernels: stale names, deleted cells, other orders, and what a notebook shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Command
from tests.kernels import Frontend, kernel
from tests.lessons import notebook_text

RIGHT = "def mse_loss(pred, target):\n    return ((pred - target) ** 2).mean()\n"
WRONG = RIGHT.replace("mean", "sum")
CHECK = "grader.check('mse_loss')"
FRESH = "Works here, fails on a fresh run"


@pytest.fixture(scope="module")
def environment(cache_home: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    homes = {"XDG_CACHE_HOME": str(cache_home), "IPYTHONDIR": str(tmp_path_factory.mktemp("ipython"))}
    return {name: value for name, value in os.environ.items() if name != "JPY_SESSION_NAME"} | homes


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="module")
def opened(folder: Path, environment: dict[str, str]) -> Iterator[Frontend]:
    with kernel(folder, environment) as frontend:
        loaded = frontend.run("%load_ext grader\nimport grader, sys", "load")
        assert (loaded.error, loaded.printed) == ("", "")
        yield frontend


@pytest.fixture
def frontend(opened: Frontend) -> Frontend:
    """The shared kernel as if it had just been started: nothing ran, nothing was deleted."""
    opened.run("%reset -f")
    opened.run("import grader\nget_ipython()._grader_session.runs = []\nget_ipython()._grader_session.deleted = {}")
    return opened


def test_the_verdict_is_the_command_line_s(frontend: Frontend, grade_command: Command, tmp_path: Path) -> None:
    path = tmp_path / "answer.ipynb"
    path.write_text(notebook_text([WRONG]))
    told = grade_command(path, "--exercise", "mse_loss", cwd=tmp_path).stdout
    frontend.run(WRONG, "a")
    shown = frontend.run(CHECK, "b")
    points = re.compile(r"Score.*|\[misconception\.\w+\]|\d+ of \d+ cases|\S+/\S+ points")
    assert points.findall(shown.text) == points.findall(told) != []
    assert shown.error == ""


def test_what_a_notebook_shows(frontend: Frontend) -> None:
    frontend.run(WRONG, "a")
    shown = frontend.run(CHECK, "b")
    assert set(shown.bundle) == {"text/plain", "text/html"}
    assert "\x1b" not in shown.text
    html = shown.html
    assert "<script" not in html
    assert "You added the squared errors up" in html
    assert "0.4/5 points" in html
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert style
    assert all(
        selector.strip().startswith(".grader-verdict")
        for rule in style[1].split("}")
        if rule.strip()
        for selector in rule.partition("{")[0].split(",")
    )
    assert not re.search(r'(?:src|href)="?https?:', html)


def test_the_magic_runs_the_cell_and_grades_it(frontend: Frontend) -> None:
    shown = frontend.run(f"%%grade mse_loss\n{RIGHT}print('ran')", "a")
    assert "5/5 points" in shown.text
    assert shown.printed == "ran\n"
    assert frontend.run("print(mse_loss.__name__)", "b").printed == "mse_loss\n"
    broken = frontend.run("%%grade mse_loss\nraise ValueError('mine')", "c")
    assert "This cell did not run to its end, so it was not graded" in broken.text


def test_a_new_definition_counts_and_not_the_object_in_memory(frontend: Frontend) -> None:
    frontend.run(WRONG, "a")
    assert "0.4/5 points" in frontend.run(CHECK, "b").text
    frontend.run(RIGHT, "a")
    assert "5/5 points" in frontend.run(CHECK, "b").text
    frontend.run("mse_loss = lambda pred, target: 0", "c")
    frontend.deleted = ["c"]
    told = frontend.run(CHECK, "b").text
    assert "5/5 points" in told
    assert "Fails here, works on a fresh run" in told
    assert "`mse_loss` was last set by a cell that is no longer in the notebook" in told


def test_a_helper_from_a_deleted_cell(frontend: Frontend) -> None:
    frontend.run("def square(x):\n    return x * x", "helper")
    frontend.run("def mse_loss(pred, target):\n    return square(pred - target).mean()", "a")
    assert FRESH not in frontend.run(CHECK, "b").text
    frontend.deleted = ["helper"]
    shown = frontend.run(CHECK, "b")
    assert FRESH in shown.text
    assert "`square` is set by a cell that is no longer in the notebook" in shown.text
    assert "name 'square' is not defined" in shown.text
    assert "0/5 points" in shown.text
    assert FRESH in shown.html
    assert "<code>square</code>" in shown.html


def test_a_stale_variable_of_an_earlier_version(frontend: Frontend) -> None:
    frontend.run("scale = 1.0", "setting")
    frontend.run("def mse_loss(pred, target):\n    return ((pred - target) ** 2).mean() * scale", "a")
    frontend.run("factor = 1.0", "setting")
    told = frontend.run(CHECK, "b").text
    assert FRESH in told
    assert "`scale` is set by an earlier version of In [" in told


def test_another_mistake_on_a_fresh_run_is_told_too(frontend: Frontend) -> None:
    frontend.run("scale = 3.0", "setting")
    frontend.run("def mse_loss(pred, target):\n    return pred.sum() * scale", "a")
    frontend.deleted = ["setting"]
    told = frontend.run(CHECK, "b").text
    assert "A fresh run gives another result than this session" in told
    assert "`scale` is set by a cell that is no longer in the notebook" in told


def test_cells_that_ran_in_another_order(frontend: Frontend, folder: Path) -> None:
    path = folder / "order.ipynb"
    late = "def mse_loss(pred, target):\n    return ((pred - target) ** 2).mean() * scale"
    cells = ["import grader", "scale = base / 2", "base = 2.0", late, CHECK]
    path.write_text(notebook_text(cells))
    frontend.run(f"__vsc_ipynb_file__ = {str(path)!r}")
    for number in (0, 2, 1, 3):
        frontend.run(cells[number], f"c{number}")
    told = frontend.run(CHECK, "c4").text
    assert FRESH in told
    assert "the cells ran in another order than the one they stand in" in told
    assert "cell 2" in told


def test_a_saved_notebook_gives_the_order_and_the_cells_that_have_not_run(frontend: Frontend, folder: Path) -> None:
    path = folder / "saved.ipynb"
    path.write_text(notebook_text(["half = 2.0", RIGHT.replace("mean()", "mean() * half / 2")]))
    frontend.run(f"__vsc_ipynb_file__ = {str(path)!r}")
    told = frontend.run(CHECK, "elsewhere").text
    assert "5/5 points" in told
    frontend.run(WRONG, "c1")  # edited, run, not saved
    told = frontend.run(CHECK, "elsewhere").text
    assert "0.4/5 points" in told
    assert "Fix this first  mse_loss   cell 2\n" in told


def test_a_slow_cell_that_nothing_rests_on_is_left_out(frontend: Frontend) -> None:
    frontend.run(RIGHT, "a")
    frontend.run("import time\ntime.sleep(2.2)", "training")
    shown = frontend.run(CHECK, "b")
    assert "5/5 points" in shown.text
    assert "Left out, for nothing graded rests on them: In [" in shown.text


def test_mistakes_are_sentences(frontend: Frontend, folder: Path) -> None:
    unknown = frontend.run("grader.check('mse_los')", "a")
    assert unknown.text == "there is no exercise 'mse_los'\nDid you mean mse_loss or choose_loss or l1_loss?"
    assert "Did you mean mse_loss" in unknown.html
    assert "grader.check takes the names of exercises" in frontend.run("mse_loss = 3\ngrader.check(mse_loss)", "b").text
    frontend.run("from math import sqrt as mse_loss", "b")
    assert "defines none of this course's exercises" in frontend.run("grader.check()", "a").text
    (folder / "mine.py").write_text(RIGHT)
    frontend.run("from mine import mse_loss", "b")
    told = frontend.run(CHECK, "a").text
    assert "mse_loss was imported from mine, and a check looks at this notebook's cells alone" in told
    assert "Grade that file: grade mine.py" in told
    assert all(not frontend.run(f"grader.check({wrong})", "a").error for wrong in ("'mse_los'", "''", "None", "1, 2"))


def test_all_exercises_that_are_there(frontend: Frontend) -> None:
    frontend.run(RIGHT, "a")
    frontend.run("def l1_loss(pred, target):\n    return (pred - target).abs().mean()", "b")
    assert "2 passed" in frontend.run("grader.check()", "c").text


def test_the_kernel_imports_neither_torch_nor_numpy(frontend: Frontend) -> None:
    frontend.run(RIGHT, "a")
    frontend.run(CHECK, "b")
    asked = "print(sorted({'torch', 'numpy', 'msgspec', 'rich', 'jinja2', 'grader.grade'} & set(__import__('sys').modules)))"
    assert frontend.run(asked, "c").printed == "[]\n"


def test_a_warm_check_is_quick_beside_importing_torch(frontend: Frontend, tmp_path: Path) -> None:
    frontend.run(RIGHT, "a")
    frontend.run(CHECK, "b")
    warm = min(frontend.run(CHECK, "b").seconds for _ in range(3))
    timed = "import time; began = time.monotonic(); import torch; print(time.monotonic() - began)"
    torch = min(
        float(subprocess.run([sys.executable, "-c", timed], capture_output=True, text=True, check=True).stdout)
        for _ in range(2)
    )
    assert warm < torch


def test_a_service_that_died_is_started_again(frontend: Frontend) -> None:
    frontend.run(RIGHT, "a")
    frontend.run("get_ipython()._grader_session._service._process.kill()", "c")
    assert "5/5 points" in frontend.run(CHECK, "b").text


def test_a_kernel_without_ids_and_without_loading_first(folder: Path, environment: dict[str, str]) -> None:
    """As nbclient, older frontends and a terminal: the cells that ran, in the order in which they ran."""
    with kernel(folder, environment, ids=False) as plain:
        plain.run(WRONG)
        plain.run(RIGHT)
        plain.run("1 / 0")
        shown = plain.run("import grader; grader.check('mse_loss')")
        assert "5/5 points" in shown.text
        service = int(plain.run("print(get_ipython()._grader_session._service._process.pid)").printed)
        assert Path(f"/proc/{service}").exists()
    assert not Path(f"/proc/{service}").exists()


def test_a_notebook_that_checks_itself_is_graded_like_any_other(grade_command: Command, tmp_path: Path) -> None:
    path = tmp_path / "answer.ipynb"
    cells = [
        "%load_ext grader",
        "import grader; grader.check()",
        f"%%grade mse_loss\n{RIGHT}",
        "r = grader.check('mse_loss')\nr",
    ]
    path.write_text(notebook_text(cells))
    done = grade_command(path, cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "5/5 points" in done.stdout


def test_outside_a_notebook_it_says_so() -> None:
    code = "import sys, grader; print(grader.check('x')); print('torch' in sys.modules, len(sys.modules) < 200)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "grader.check works in a notebook or in IPython",
        "To grade a file: grade FILE",
        "False True",
    ]
