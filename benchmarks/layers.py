"""What each profile costs around a fork of a server that has imported torch; in milliseconds, medians.

Run: python benchmarks/layers.py [repetitions]
"""

from __future__ import annotations

import gc
import importlib
import os
import statistics
import struct
import sys
import tempfile
import time
from pathlib import Path

from grader.confine import Plan, Profile, confine, pages
from grader.sandbox import doctor

PROFILES: tuple[Profile, ...] = ("none", "process", "floor", "full")
TRAIN = "fork, Adam step, exit"


def main() -> None:
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    started = time.perf_counter()
    capabilities = doctor.probe()
    print(f"probe {1e3 * (time.perf_counter() - started):.0f} ms: full {capabilities.full}, floor {capabilities.floor}")
    for name in ("torch", "torch._dynamo", "matplotlib.pyplot"):
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    pages.merge()
    print(f"{'profile':10} {'until confined':>15} {'fork to end':>12} {TRAIN:>22}")
    with tempfile.TemporaryDirectory(prefix="grader-") as base:
        Path(base).chmod(0o711)
        for profile in PROFILES:
            if profile in ("full", "floor") and not getattr(capabilities, profile):
                print(f"{profile:10} not available")
                continue
            empty = [_once(profile, base, train=False) for _ in range(repetitions)]
            train = [_once(profile, base, train=True) for _ in range(repetitions)]
            confined = statistics.median(first for first, _ in empty)
            ended = statistics.median(last for _, last in empty)
            trained = statistics.median(last for _, last in train)
            print(f"{profile:10} {confined:15.1f} {ended:12.1f} {trained:22.1f}")


def _once(profile: Profile, base: str, *, train: bool) -> tuple[float, float]:
    """Return milliseconds from the fork until the worker is confined, and until its end is known."""
    folder = Path(base, "w1")
    folder.mkdir(exist_ok=True)
    plan: Plan = doctor.make_plan(profile, str(folder))
    receive, send = os.pipe()
    started = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        try:
            confine(plan, (send,))
            os.write(send, struct.pack("d", time.perf_counter()))
            if train:
                _train()
            os._exit(0)
        finally:
            os._exit(1)
    os.close(send)
    confined = struct.unpack("d", os.read(receive, 8))[0]
    status = os.waitpid(pid, 0)[1]
    ended = time.perf_counter()
    os.close(receive)
    assert status == 0, status
    return 1e3 * (confined - started), 1e3 * (ended - started)


def _train() -> None:
    torch = sys.modules["torch"]
    model = torch.nn.Linear(8, 1)
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.ones(4, 8)).sum().backward()
    optimizer.step()


if __name__ == "__main__":
    main()
