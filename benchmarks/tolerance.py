"""How far right and wrong solutions are from the float64 reference, in the units of which the tolerance allows C.

Usage: python benchmarks/tolerance.py [SVG]. Grades every file of tests/corpus, prints a table, and draws it if told where.
"""

from __future__ import annotations

import math
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure

from grader import compare, course, grade, judge
from grader.cache import Cache
from grader.catalogue import load
from grader.model import Aspect
from grader.sandbox.bench import Bench
from grader.sandbox.server import ForkServer
from grader.submission import read

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "tests" / "corpus"
FINE = 1e-9
"""So small a factor that any error at all is reported, with what would be allowed."""


@dataclass(frozen=True)
class Distance:
    """One solution's largest error over all cases, in units; infinite for one of another kind (shape, exception)."""

    exercise: str
    right: bool
    units: float


def distance(path: Path, task: grade.Task, bench: Bench) -> float:
    submission = read(path)
    run = bench.run(grade._job(submission, (task,)))
    executions = {execution.id: execution for execution in run.executions}
    largest = 0.0
    for sight in grade._sights(task, executions, run):
        if sight.execution.observation is None:
            return math.inf
        for each in judge.differences(sight):
            if each.aspect not in {Aspect.VALUE, Aspect.GRADIENT} or each.error is None or each.allowed is None:
                largest = math.inf if each.aspect is not Aspect.RULE else largest
                continue
            largest = max(largest, float(each.error) / float(each.allowed) * FINE)
    return largest


def measure() -> list[Distance]:
    found = course.load(ROOT)
    starter = ForkServer()
    distances = []
    with tempfile.TemporaryDirectory() as folder:
        bench, cache = Bench(starter), Cache(Path(folder))
        for name in found.lesson("losses").exercises:
            (exercise,) = load([name], found, bench, cache)
            task = grade.prepare(exercise, found, 0, bench, cache)
            usual, compare.C = compare.C, FINE
            for path in sorted((CORPUS / name).glob("*/*.py")):
                distances.append(Distance(name, path.parent.name == "right", distance(path, task, bench)))
            compare.C = usual
    starter.close()
    return distances


def visible(distances: list[Distance], *, right: bool) -> list[float]:
    """Return the distances of the right ones, or of those that are wrong by their numbers."""
    units = [each.units for each in distances if each.right is right and math.isfinite(each.units)]
    return units if right else [each for each in units if each > compare.C]


def report(distances: list[Distance]) -> None:
    right, wrong = visible(distances, right=True), visible(distances, right=False)
    other = sum(not each.right for each in distances) - len(wrong)
    print(f"{len(right)} right solutions: the largest error is {max(right):.1f} units; {compare.C:g} are allowed")
    print(f"{len(wrong)} wrong in value or gradient: the least visible is off by {min(wrong):.2g} units")
    print(f"{other} wrong in another respect (shape, dtype, exception, rule, side effect)")


def draw(distances: list[Distance], path: Path) -> None:
    figure = Figure(figsize=(8, 2.6), layout="constrained")
    axes = figure.subplots()
    for row, right, label in ((1, True, "right"), (0, False, "wrong")):
        units = sorted(visible(distances, right=right))
        heights = [row + 0.6 * ((index * 0.618) % 1 - 0.5) for index in range(len(units))]
        axes.scatter([max(unit, 1e-3) for unit in units], heights, s=9, marker="o" if right else "x", label=label)
    axes.axvline(compare.C, color="black", linestyle="--")
    axes.annotate(f"C = {compare.C:g}", (compare.C, 1.45), xytext=(4, 0), textcoords="offset points")
    axes.set(
        xscale="log", xlabel="largest error over all cases, in units", yticks=[0, 1], yticklabels=["wrong", "right"]
    )
    with rc_context({"svg.hashsalt": "tolerance"}):  # the same file from the same numbers
        figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    measured = measure()
    report(measured)
    if len(sys.argv) > 1:
        draw(measured, Path(sys.argv[1]))
