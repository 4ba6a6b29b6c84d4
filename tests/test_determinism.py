"""The same file, seed and versions give the same report, byte for byte, alone and on a busy machine."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from grader.report import json as json_report
from tests.conftest import Command
from tests.lessons import Lessons, notebook, submission

TIMES = int(os.environ.get("GRADER_DETERMINISM_TIMES", "20"))
DEAR = {"notebook": 4, "slipped": 5, "module": 2, "crashed": 10}
"""What takes longer is graded so many times less often."""
ATTACKS = Path(__file__).parent / "attacks"
NAMES = ("mse_loss", "l1_loss", "cross_entropy")
MODULE = """
import torch
import torch.nn.functional as F


def mse_loss(pred, target):
    return ((pred - target) ** 2).mean()


def l1_loss(pred, target):
    print("half of it", pred.shape)
    return (pred - target).abs().mean() / 2


def cross_entropy(logits, target, *args, **kwargs):
    return F.cross_entropy(logits, target)
"""
SCRAMBLED = """
import random
import time

import numpy as np
import torch


def mse_loss(pred, target):
    for name in {"a", "b", "c"}:  # the order of a set
        random.random()
    print(time.strftime("%Y"), hash("text"), len(str(id(pred))) > 0)
    return (pred - target).pow(2).mean() + torch.rand(()) * np.random.rand()
"""
SLIPPED = """
import torch


def l1_loss(pred, target):
    return (pred - target).abs().median()
"""
HANDED_IN = {
    "module": submission(MODULE),
    "scrambled": submission(SCRAMBLED),
    "slipped": submission(SLIPPED),
    "notebook": notebook("import torch\nprint('hello')", MODULE, "1 / 0", "torch.rand(2)"),
    "forbidden": submission((ATTACKS / "rule_by_name.py").read_text(encoding="utf-8")),
    "raised": submission((ATTACKS / "inject_html.py").read_text(encoding="utf-8")),
    "crashed": submission((ATTACKS / "exit_abort.py").read_text(encoding="utf-8")),
}


@contextmanager
def load() -> Iterator[None]:
    """Keep every processor busy, and this process's interpreter too."""
    spin = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(3)]
    over = threading.Event()

    def waste() -> None:
        while not over.is_set():
            sum(range(10_000))

    threads = [threading.Thread(target=waste) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for process in spin:
            process.kill()
            process.wait()
        for thread in threads:
            thread.join()


def reports(lessons: Lessons, name: str, at_a_time: int) -> set[str]:
    """Grade one file `TIMES` times, so many at a time, and return the different reports."""
    names = NAMES if name in {"module", "notebook"} else NAMES[1:2] if name == "slipped" else NAMES[:1]
    with ThreadPoolExecutor(at_a_time) as pool:
        times = max(2, TIMES // DEAR.get(name, 1))
        graded = pool.map(lambda _: lessons.grade(HANDED_IN[name], *names), range(times))
        return {json_report.render(report) for report in graded}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", HANDED_IN)
def test_a_report_is_the_same_alone_and_under_load(losses: Lessons, name: str) -> None:
    alone = reports(losses, name, 1)
    assert len(alone) == 1
    with load():
        busy = reports(losses, name, 4)
    assert busy == alone


def test_another_seed_gives_another_report(losses: Lessons) -> None:
    first = json_report.render(losses.grade(HANDED_IN["module"], *NAMES, seed=0))
    assert first != json_report.render(losses.grade(HANDED_IN["module"], *NAMES, seed=1))


@pytest.mark.timeout(300)
def test_another_order_of_sets_gives_the_same_report(grade_command: Command, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        MODULE + "\nfrom torch.nn.functional import mse_loss as forbidden, l1_loss as too\n"
    )
    hidden = (ATTACKS / "rule_by_name.py").read_text(encoding="utf-8")
    (tmp_path / "hidden.py").write_text(hidden)
    for name in ("mine.py", "hidden.py"):
        told = {grade_command("--json", name, cwd=tmp_path, PYTHONHASHSEED=str(seed)).stdout for seed in (1, 2, 3)}
        assert len(told) == 1
        assert "outcome" in told.pop()
