"""What isolation costs a whole submission: one module, graded alternately with all layers and with none.

Usage: python benchmarks/isolation.py [ROUNDS]. Prints medians in milliseconds and their difference (goal: at most 80).
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from grader import course, grade
from grader.cache import Cache
from grader.catalogue import load
from grader.sandbox.bench import Bench
from grader.sandbox.isolation import decide
from grader.sandbox.server import ForkServer
from grader.submission import read

ROOT = Path(__file__).resolve().parent.parent
SOURCE = "def mse_loss(pred, target):\n    return (pred - target).square().mean()\n"
PROFILES = ("none", "floor", "full")


def main(rounds: int) -> None:
    servers = {name: ForkServer(isolation=lambda name=name: decide(name)) for name in PROFILES}
    spent: dict[str, list[float]] = {name: [] for name in PROFILES}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mse_loss.py"
        path.write_text(SOURCE)
        submission, found, cache = read(path), course.load(ROOT), Cache(Path(folder) / "cache")
        for number in range(rounds + 1):
            for name, server in servers.items():
                bench = Bench(server)
                exercise = load(["mse_loss"], found, bench, cache)[0]
                task = grade.prepare(exercise, found, 0, bench, cache)
                started = time.perf_counter()
                report = grade.grade(submission, (task,), 0, bench)
                if number:  # the first round warms the servers
                    spent[name].append(time.perf_counter() - started)
                if report.points != report.max_points:
                    raise SystemExit(f"{name}: {report.points} of {report.max_points} points")
    for server in servers.values():
        server.close()
    medians = {name: 1e3 * statistics.median(values) for name, values in spent.items()}
    for name, value in medians.items():
        print(f"{name:6} {value:7.0f} ms   {value - medians['none']:+6.0f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
