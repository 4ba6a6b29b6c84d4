"""How long grading takes beside `import torch`, in one run and as ratios. Usage: python benchmarks/startup.py [ROUNDS]

Rows: `grade file.py` cold, against `python -c "import torch"`; what a second and third file in the same call add.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULE = "def mse_loss(pred, target):\n    return (pred - target).square().mean()\n"


def timed(command: list[str], cwd: Path, env: dict[str, str]) -> float:
    started = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, env=env, check=False, capture_output=True, text=True)
    if done.returncode not in {0, 1}:
        raise SystemExit(f"{command} failed:\n{done.stderr}")
    return time.perf_counter() - started


def commands(folder: Path) -> dict[str, list[str]]:
    grade = [sys.executable, "-m", "grader"]
    notebook = str(ROOT / "exercises" / "losses" / "losses.ipynb")
    course = ["--course", str(ROOT), "--quiet"]
    modules = [str(folder / name / "mse_loss.py") for name in "abcde"]
    return {
        "python -c 'import torch'": [sys.executable, "-c", "import torch"],
        "grade module": [*grade, modules[0], *course],
        "grade 5 modules": [*grade, *modules, *course],
        "grade notebook": [*grade, notebook, *course],
        "grade 5 notebooks": [*grade, *[notebook] * 5, *course],
    }


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for each in "abcde":
            (folder / each).mkdir()
            (folder / each / "mse_loss.py").write_text(MODULE)
        env = os.environ | {"XDG_CACHE_HOME": str(folder / "cache")}
        seconds: dict[str, list[float]] = {}
        timed(commands(folder)["grade notebook"], folder, env)
        for _ in range(rounds):
            for label, command in commands(folder).items():
                seconds.setdefault(label, []).append(timed(command, folder, env))
            fresh = env | {"XDG_CACHE_HOME": str(folder / f"empty{_}")}
            seconds.setdefault("grade module, empty cache", []).append(
                timed(commands(folder)["grade module"], folder, fresh)
            )
    report({label: statistics.median(values) for label, values in seconds.items()})


def report(median: dict[str, float]) -> None:
    torch = median["python -c 'import torch'"]
    print(f"{'':32}{'seconds':>10}{'x import torch':>16}")
    for label, value in median.items():
        print(f"{label:32}{value:10.2f}{value / torch:16.2f}")
    added = (median["grade 5 modules"] - median["grade module"]) / 4
    print(f"\na further module adds   {added * 1000:6.0f} ms   (goal: under 150)")
    added = (median["grade 5 notebooks"] - median["grade notebook"]) / 4
    print(f"a further notebook adds {added * 1000:6.0f} ms   (goal: under 500; the lesson's 15 exercises)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
