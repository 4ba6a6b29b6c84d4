"""A stand-in for the fork server: imports torch and ipykernel, forks confined workers, prints what they could do.

Arguments: a profile, and a folder that other accounts can pass through.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import torch
import torch._dynamo  # the first optimizer imports it
import torch.utils.data
from ipykernel.kernelapp import IPKernelApp
from jupyter_client import BlockingKernelClient
from jupyter_client.connect import write_connection_file

from grader.confine import Profile, confine, pages
from grader.sandbox import doctor


def main() -> None:
    profile, base = cast(Profile, sys.argv[1]), Path(sys.argv[2])
    gc.collect()
    gc.freeze()
    merged = pages.merge()
    sys.stdout.write(json.dumps({"merged": merged, "work": work(profile, base), "kernel": kernel(profile, base)}))


def work(profile: Profile, base: Path) -> dict[str, str]:
    folder = base / "work"
    folder.mkdir()
    plan = doctor.make_plan(profile, str(folder), shared_memory=True)
    receive, send = os.pipe()
    pid = os.fork()
    if pid == 0:
        confine(plan, (send,))
        os.write(send, json.dumps({name: outcome(task) for name, task in TASKS.items()}).encode())
        os._exit(0)
    os.close(send)
    answer = b""
    while part := os.read(receive, 65536):
        answer += part
    os.waitpid(pid, 0)
    return dict(json.loads(answer))


def kernel(profile: Profile, base: Path) -> str:
    folder = base / "kernel"
    folder.mkdir()
    ports = dict(zip(("shell_port", "iopub_port", "stdin_port", "hb_port", "control_port"), range(1, 6), strict=True))
    file = str(folder / "connection.json")
    write_connection_file(file, ip=str(folder / "k"), transport="ipc", key=b"key", **ports)
    plan = doctor.make_plan(profile, str(folder), shared=True)
    if plan.uid is not None:
        os.chown(file, plan.uid, plan.uid)
    pid = os.fork()
    if pid == 0:
        confine(plan)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        app = IPKernelApp.instance()
        app.initialize(["-f", file])
        app.start()
        os._exit(0)
    client: Any = BlockingKernelClient()
    client.load_connection_file(file)
    client.start_channels()
    try:
        client.wait_for_ready(timeout=30)
        return str(client.execute_interactive("x = 1 + 1", timeout=30)["content"]["status"])
    finally:
        client.stop_channels()
        os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def outcome(task: Callable[[], object]) -> str:
    try:
        task()
    except Exception:
        return traceback.format_exc()
    return "done"


def multiply() -> None:
    assert torch.isfinite(torch.randn(400, 400) @ torch.randn(400, 400)).all()


def train() -> None:
    model = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.Flatten(), torch.nn.Linear(8 * 36, 2))
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.randn(4, 3, 8, 8)).pow(2).sum().backward()
    optimizer.step()


def load() -> None:
    values = torch.utils.data.TensorDataset(torch.arange(64.0).reshape(16, 4))
    assert sum(float(batch.sum()) for (batch,) in torch.utils.data.DataLoader(values, num_workers=2)) == 2016


def threads() -> None:
    started = [threading.Thread(target=multiply) for _ in range(4)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()


def save() -> None:
    torch.save(torch.ones(3), "a.pt")
    assert torch.load("a.pt").sum() == 3


def pool() -> None:
    with multiprocessing.get_context("fork").Pool(2) as workers:
        assert workers.map(abs, [-1, 2]) == [1, 2]


TASKS: dict[str, Callable[[], object]] = {
    "multiply": multiply, "train": train, "load": load, "threads": threads, "save": save, "pool": pool,
}  # fmt: skip

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
