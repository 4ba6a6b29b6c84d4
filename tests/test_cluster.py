"""A real Dask scheduler with two worker processes, one of which is killed in the middle: all is graded, and the same."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from grader import cluster, wire
from grader.classroom import Asked, Graded
from grader.cluster import Answer, FarError, Order, grade_there, unpack
from grader.course import load
from grader.errors import Mistake
from grader.model import Report, Submission
from tests.conftest import ROOT, Command
from tests.test_batch import rows

STUDENTS = 10


@contextlib.contextmanager
def program(*words: object, cwd: Path, **environment: str) -> Iterator[subprocess.Popen[str]]:
    log = (cwd / f"{words[1]}.log").open("a")
    process = subprocess.Popen(
        [sys.executable, *map(str, words)], cwd=cwd, env=os.environ | environment, stdout=subprocess.PIPE, stderr=log,
        text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        log.close()
        if process.stdout:
            process.stdout.close()


@contextlib.contextmanager
def dask(folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[str]]]]:
    """Yield a scheduler's address and its two workers."""
    file = folder / "scheduler.json"
    words = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", file)
    with contextlib.ExitStack() as stack:
        stack.enter_context(program("-m", "distributed.cli.dask_scheduler", *words, cwd=folder))
        address = wait_for(lambda: json.loads(file.read_text())["address"] if file.exists() else None)
        workers = [
            stack.enter_context(
                program(
                    "-m", "distributed.cli.dask_worker", address, "--no-nanny", "--nthreads", 1, "--no-dashboard",
                    "--local-directory", folder / f"worker{number}", cwd=folder,
                )
            )
            for number in range(2)
        ]  # fmt: skip
        wait_for(lambda: all((folder / f"worker{number}").exists() for number in range(2)) or None)
        yield address.replace("tcp://", "dask://"), workers


def wait_for(ask):  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + 100
    while time.monotonic() < deadline:
        with contextlib.suppress(ValueError, KeyError):
            found = ask()
            if found is not None:
                return found
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")


def a_class(folder: Path) -> None:
    for number in range(STUDENTS):
        (folder / f"s{number}").mkdir(parents=True)
        answer = "(pred - target).square().mean()" if number % 3 else "(pred - target).abs().mean()"
        text = f"def mse_loss(pred, target):\n    # number {number}\n    return {answer}\n"
        (folder / f"s{number}" / "mse_loss.py").write_text(text)


def children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_worker_is_killed_and_everything_is_graded_all_the_same(
    grade_command: Command, tmp_path: Path, cache_home: Path
) -> None:
    a_class(tmp_path / "in")
    words = ("class", "in", "--course", ROOT, "-e", "mse_loss")
    done = grade_command(*words, "--db", "here.db", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    with (
        dask(tmp_path) as (address, workers),
        program(
            "-m", "grader", *words, "--db", "far.db", "--executor", address, cwd=tmp_path,
            XDG_CACHE_HOME=str(cache_home), COLUMNS="80",
        ) as grading,
    ):  # fmt: skip
        assert grading.stdout is not None
        first = grading.stdout.readline()
        assert "mse_loss.py" in first
        servers = [pid for worker in workers for pid in children(worker.pid)]
        assert len(servers) == 2  # each has a fork server of its own
        workers[0].send_signal(signal.SIGKILL)
        rest = grading.stdout.read()
        assert grading.wait(120) == 0, rest + (tmp_path / "grader.log").read_text()
        assert f"{STUDENTS} of {STUDENTS}:" in rest
        kept = [pid for pid in servers if pid in children(workers[1].pid)]
        assert kept == []  # the branch was closed with the run, and its fork server with it
        again = grade_command(*words, "--db", "far.db", "--executor", address, cwd=tmp_path)
        assert f"{STUDENTS} of {STUDENTS}: {STUDENTS} graded before" in again.stdout
        assert wait_for(lambda: not any(map(alive, servers)) or None)
    assert rows(tmp_path / "far.db") == rows(tmp_path / "here.db")


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_what_is_no_cluster_is_told(grade_command: Command, tmp_path: Path) -> None:
    a_class(tmp_path / "in")
    words = ("class", "in", "--course", ROOT, "-e", "mse_loss", "--executor")
    for address, sentence in (
        ("slurm", "slurm is no executor"),
        ("dask://nowhere", "dask://nowhere is no executor"),
        ("dask://127.0.0.1:9", "there is no Dask scheduler at dask://127.0.0.1:9"),
    ):
        done = grade_command(*words, address, cwd=tmp_path)
        assert done.returncode == 2
        assert sentence in done.stderr
        assert "Traceback" not in done.stderr


def order(**fields: object) -> bytes:
    submission = Submission(name="x.py", notebook=False, cells=(), digest="d")
    usual = {"desk": "grader-x", "submission": submission, "exercises": ("mse_loss",), "versions": cluster.versions()}
    return wire.encode(Order(**(usual | fields)))  # type: ignore[arg-type]


def test_an_order_is_answered_whatever_happens() -> None:
    """Nothing is raised across the network: an exception would travel pickled."""
    with pytest.raises(Mistake, match=r"has grader .* this is 0\.0 with torch 1\.0\nInstall the same versions"):
        unpack(grade_there(order(versions=("0.0", "1.0"))))
    with pytest.raises(FarError, match="the grader failed: ValueError: No worker found"):
        unpack(grade_there(order()))
    with pytest.raises(FarError, match="the grader failed: WireError"):
        unpack(grade_there(b"no order"))
    for nonsense in (b"", b"\x80\x04N.", None):
        with pytest.raises(FarError, match="answer is none"):
            unpack(nonsense)  # type: ignore[arg-type]
    report = Report(submission="x", digest="", lesson="", results=(), points=0.0, max_points=0.0)
    assert unpack(wire.encode(Answer(report=report, seconds=(("e", 0.5),)))) == Graded(report, (("e", 0.5),))


def test_a_branch_grades_what_it_is_ordered(tmp_path: Path) -> None:
    files = cluster._files(load(ROOT))
    assert {"exercises/losses/mse_loss.py", "reference/losses/mse_loss.py"} <= {name for name, _ in files}
    branch = cluster.Branch("grader-x", files, Asked(load(ROOT)).seed, "auto", "auto")
    branch.setup(None)
    try:
        path = tmp_path / "mse_loss.py"
        path.write_text("def mse_loss(pred, target):\n    return (pred - target).square().mean()\n")
        from grader.submission import read  # noqa: PLC0415

        asked = Order(desk="", submission=read(path), exercises=("mse_loss",), versions=cluster.versions())
        assert branch.grade(asked).report.points == 5.0
    finally:
        branch.teardown(None)
    assert not branch.folder.exists()


def test_a_cluster_without_workers_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = []
    idle = SimpleNamespace(nthreads=dict, close=lambda: closed.append(True))
    monkeypatch.setattr(cluster, "Client", lambda *_, **__: idle)
    with pytest.raises(Mistake, match=r"the cluster at dask://a:1 has no workers\nStart one on each machine"):
        cluster._connect("dask://a:1")
    assert closed == [True]
