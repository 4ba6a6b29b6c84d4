"""The same notebooks graded by nbgrader, by otter and by `grade class`; and the same answers as modules.

Usage: python benchmarks/peers.py [NOTEBOOKS [FOR_PEERS]]. Prints notebooks a second, CPU seconds each, peak memory, and
how many times as fast as nbgrader each is (goal: 25 for notebooks, 100 for modules). One focal loss exercise: the peers
have asserts on a value and a gradient, `grade` has its whole exercise and its sandbox. Two cores, one after another, in
one run. nbgrader grades one after another; of otter two are run at once. Who has little time lets the peers grade only
the first FOR_PEERS.

The peers come from PyPI into a virtual environment of their own, in the temporary folder, which borrows torch.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import site
import subprocess
import sys
import tempfile
from pathlib import Path

import measured
import nbformat
from answers import HEAD, answer
from measured import Cost

ROOT = Path(__file__).resolve().parent.parent
CORES = 2
PEERS = ("nbgrader==0.9.6", "otter-grader==7.0.0")
TESTS = """\
logits = torch.tensor([1.5, -2.0, 0.5, 3.0], requires_grad=True)
targets = torch.tensor([1.0, 0.0, 0.0, 1.0])
loss = focal_loss(logits, targets)
loss.backward()
assert torch.allclose(loss, torch.tensor({loss!r}), rtol=1e-4), loss
assert torch.allclose(logits.grad, torch.tensor({grad!r}), rtol=1e-3, atol=1e-6), logits.grad
"""
OTTER = """\
import torch
from otter.test_files import test_case

OK_FORMAT = False
name = "focal_loss"
points = 1


@test_case()
def test_value_and_gradient(focal_loss):
"""


def main(count: int, for_peers: int) -> None:
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    with tempfile.TemporaryDirectory(prefix="grader-peers-") as name:
        folder, python = Path(name), peers_python()
        tests = asserts()
        source = released(folder, tests, count)
        costs = {
            "nbgrader autograde": (for_peers, nbgrader(folder, python, source, for_peers)),
            "otter run, 2 at once": (for_peers, otter(folder, python, tests, for_peers)),
            "grade class, notebooks": (count, grade(folder, "notebooks")),
            "grade class, modules": (count, grade(folder, "modules")),
        }
    rates = {label: graded / cost.wall_s for label, (graded, cost) in costs.items()}
    print(f"{'':24}{'graded':>8}{'a second':>10}{'CPU s each':>12}{'peak MB':>10}{'x nbgrader':>12}")
    for label, (graded, cost) in costs.items():
        print(
            f"{label:24}{graded:8}{rates[label]:10.2f}{cost.cpu_s / graded:12.3f}{cost.peak_bytes / 1e6:10.0f}"
            f"{rates[label] / rates['nbgrader autograde']:12.1f}"
        )


def peers_python() -> Path:
    """Return the interpreter of an environment with the peers; made once, and torch is taken from this one."""
    place = Path(tempfile.gettempdir()) / "grader-peers-venv"
    python = place / "bin" / "python"
    if not (place / "bin" / "otter").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", place], check=True)
        borrowed = next(place.glob("lib/python*/site-packages")) / "borrowed.pth"
        borrowed.write_text("\n".join(site.getsitepackages()))
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, *PEERS], check=True)
        subprocess.run([*install, "--no-deps", "--ignore-installed", "alembic"], check=True)  # it is run as a program
        if list(borrowed.parent.glob("torch")):
            raise SystemExit("a second torch was installed")
    return python


def asserts() -> str:
    """Return the peers' test: a value and a gradient, as the reference gives them."""
    code = (
        "import json, runpy, torch; focal_loss = runpy.run_path('reference/losses/focal_loss.py')['focal_loss']\n"
        + "\n".join(TESTS.splitlines()[:4])
        + "\nprint(json.dumps([loss.item(), logits.grad.tolist()]))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    loss, grad = json.loads(done.stdout)
    return TESTS.format(loss=loss, grad=grad)


def cell(source: str, name: str = "", **flags: bool | int) -> nbformat.NotebookNode:
    made = nbformat.v4.new_code_cell(source, id=name or "imports")
    if name:
        made.metadata.nbgrader = {"schema_version": 3, "grade_id": name, "task": False} | flags
    return made


def notebook(*cells: nbformat.NotebookNode) -> nbformat.NotebookNode:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=list(cells), metadata={"kernelspec": kernel})


def released(folder: Path, tests: str, count: int) -> nbformat.NotebookNode:
    """Write what the class hands in, in nbgrader's layout and as modules; return the instructor's notebook."""

    def whole(solution: str) -> nbformat.NotebookNode:
        return notebook(
            cell(HEAD),
            cell(solution, "answer", grade=False, solution=True, locked=False),
            cell(tests, "test", grade=True, solution=False, locked=True, points=10),
        )

    for number in range(count):
        student = f"s{number:05d}"
        for kind in ("notebooks", "modules"):
            (folder / kind / student).mkdir(parents=True)
        nbformat.write(whole(answer(number)), folder / "notebooks" / student / "focal_loss.ipynb")
        (folder / "modules" / student / "focal_loss.py").write_text(HEAD + "\n\n" + answer(number))
    return whole(f"### BEGIN SOLUTION\n{answer(0)}### END SOLUTION\n")


def peers_environment(folder: Path, python: Path) -> dict[str, str]:
    """Return an empty home, and a PATH with the peers' programs."""
    return {"HOME": str(folder), "PATH": os.pathsep.join((str(python.parent), os.environ["PATH"]))}


def students(folder: Path, count: int) -> list[str]:
    return sorted(path.name for path in (folder / "notebooks").iterdir())[:count]


def nbgrader(folder: Path, python: Path, source: nbformat.NotebookNode, count: int) -> Cost:
    course = folder / "nbgrader"
    (course / "source" / "ps1").mkdir(parents=True)
    nbformat.write(source, course / "source" / "ps1" / "focal_loss.ipynb")
    for student in students(folder, count):
        shutil.copytree(folder / "notebooks" / student, course / "submitted" / student / "ps1")
    command = [str(python), "-m", "nbgrader"]
    environment = peers_environment(folder, python)
    measured.run([*command, "generate_assignment", "ps1"], cwd=course, **environment)
    cost = measured.run([*command, "autograde", "ps1"], cwd=course, **environment)
    graded = len(list(course.glob("autograded/*/ps1/focal_loss.ipynb")))
    if graded != count:
        raise SystemExit(f"nbgrader graded {graded} of {count}")
    return cost


def otter(folder: Path, python: Path, tests: str, count: int) -> Cost:
    place = folder / "otter"
    (place / "tests").mkdir(parents=True)
    body = "".join(f"    {line}\n" for line in tests.splitlines())
    (place / "tests" / "focal_loss.py").write_text(OTTER + body)
    command = [str(python), "-m", "otter"]
    measured.run(
        [*command, "generate", "-t", "tests", "-o", "autograder.zip"], cwd=place, **peers_environment(folder, python)
    )
    one = f'mkdir -p "out/$1" && {shlex.join(command)} run -a autograder.zip -o "out/$1" "../notebooks/$1/focal_loss.ipynb"'
    line = f"ls ../notebooks | head -n {count} | xargs -P {CORES} -I STUDENT sh -c {shlex.quote(one)} - STUDENT"
    cost = measured.run(["sh", "-c", line], cwd=place, **peers_environment(folder, python))
    graded = len(list(place.glob("out/*/results.json")))
    if graded != count:
        raise SystemExit(f"otter graded {graded} of {count}")
    return cost


def grade(folder: Path, kind: str) -> Cost:
    words = ["class", kind, "--course", str(ROOT), "--exercise", "focal_loss"]
    return measured.run(
        [sys.executable, "-m", "grader", *words], cwd=folder, XDG_CACHE_HOME=str(folder / f"cache-{kind}")
    )


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]] or [100]
    main(numbers[0], numbers[-1])
