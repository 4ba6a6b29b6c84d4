"""`grade --watch` in a real terminal: editors that rewrite, rename and delete; half-typed code; Ctrl-C."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.commands import watching
from grader.errors import Mistake
from tests.lessons import notebook_text

WRONG = "def mse_loss(pred, target):\n    return ((pred - target) ** 2).sum()\n"
RIGHT = WRONG.replace("sum", "mean")
LIMIT_S = 180
READY = "Ctrl-C leaves"
STYLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """`grade --watch FILE` in a pseudo-terminal."""

    def __init__(self, path: Path, cache_home: Path, data_home: Path) -> None:
        self.path = path
        self._master, theirs = pty.openpty()
        environment = {"TERM": "xterm-256color", "COLUMNS": "100", "XDG_CACHE_HOME": str(cache_home)}
        environment |= {"XDG_DATA_HOME": str(data_home), "GRADER_NO_PROGRESS": "0"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "grader", "--watch", path.name],
            cwd=path.parent,
            env=os.environ | environment,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)

    def until(self, words: str = READY) -> str:
        """Return what is shown up to some words, without colours."""
        shown = ""
        deadline = time.monotonic() + LIMIT_S
        while words not in shown and time.monotonic() < deadline:
            if select.select([self._master], [], [], 1.0)[0]:
                try:
                    shown += os.read(self._master, 1 << 16).decode("utf-8", "replace")
                except OSError:
                    break
        assert words in shown, shown
        return STYLE.sub("", shown)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._master)


@pytest.fixture
def terminal(tmp_path: Path, cache_home: Path) -> Iterator[Terminal]:
    path = tmp_path / "work" / "mse_loss.py"
    path.parent.mkdir()
    path.write_text(WRONG)
    opened = Terminal(path, cache_home, tmp_path / "data")
    yield opened
    opened.close()


def test_every_save_gives_a_verdict_and_what_it_changes(terminal: Terminal, tmp_path: Path) -> None:
    path = terminal.path
    first = terminal.until()
    assert "0.4/5 points" in first
    assert "Stuck? grade hint mse_loss" in first

    path.write_text(RIGHT)
    better = terminal.until()
    assert "5/5 points" in better
    assert "+ 4.5 points more" in better
    assert "+ mse_loss: 16 cases now pass" in better

    draft = path.with_name(".mse_loss.py.swp")  # an editor that writes a new file and renames it
    draft.write_text(WRONG)
    draft.replace(path)
    worse = terminal.until()
    assert "- 4.5 points less" in worse
    assert "- mse_loss: 16 cases now fail" in worse

    path.write_text(RIGHT + "def half(:\n")
    assert "SyntaxError" in terminal.until()
    path.write_text(WRONG + "\n")
    assert "= the same result as before" in terminal.until()  # before the half-typed one

    path.unlink()
    assert "there is no file mse_loss.py" in terminal.until()
    path.write_text(RIGHT)
    assert "+ 4.5 points more" in terminal.until()

    (path.parent / "other.py").write_text("x = 1")
    os.killpg(terminal.process.pid, signal.SIGINT)
    assert "stopped watching" in terminal.until("stopped watching")
    assert terminal.process.wait(60) == 130
    kept = (tmp_path / "data" / "grader" / "progress.json").read_text()
    assert '"passed":true' in kept


def test_a_folder_that_goes_away_ends_the_watch(terminal: Terminal) -> None:
    terminal.until()
    terminal.path.unlink()
    terminal.path.parent.rmdir()
    assert "is gone; there is nothing left to watch" in terminal.until("nothing left to watch")
    assert terminal.process.wait(60) == 2


def test_a_folder_that_goes_away_during_the_first_verdict_ends_the_watch(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "work"
    folder.mkdir()

    class Asked:
        def grade(self, path: Path, warm: object) -> None:
            if folder.is_dir():
                folder.rmdir()
            raise Mistake(f"there is no file {path.name}", "save it again")

    assert watching.watch(folder / "mse_loss.py", None, Asked(), verbose=False, quiet=False) == 2  # type: ignore[arg-type]
    assert "is gone; there is nothing left to watch" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("after_s", [2.0, 6.0])  # while it starts, and while a cell runs
def test_an_interruption_in_the_middle_of_grading(after_s: float, tmp_path: Path, cache_home: Path) -> None:
    path = tmp_path / "slow.ipynb"
    path.write_text(notebook_text([RIGHT, "import time\ntime.sleep(50)"]))
    opened = Terminal(path, cache_home, tmp_path)
    try:
        time.sleep(after_s)
        os.killpg(opened.process.pid, signal.SIGINT)
        assert opened.process.wait(60) == 130
    finally:
        opened.close()
