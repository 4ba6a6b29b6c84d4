"""The trusted side's own share of a submission: CPU milliseconds to decode, judge, write and render 13 exercises.

Usage: python benchmarks/share.py [ROUNDS]. What workers answer is recorded once and then played back, so no time of theirs
and no waiting is in it; every student's code is another. Goal: under 15 ms. "all right" has no findings, "3 wrong" has.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from grader import course, gradebook, wire
from grader import grade as pipeline
from grader.cache import Cache
from grader.catalogue import load
from grader.gradebook import HandIn, TaskKey
from grader.intake import Student
from grader.model import Cell, Check, Checked, Job, Observation, Report, Run, Submission
from grader.report import html
from grader.report import json as report_json
from grader.sandbox.bench import Bench
from grader.sandbox.server import ForkServer

ROOT = Path(__file__).resolve().parent.parent
EXERCISES = 13
WRONG = 3
STAGES = ("decode", "judge", "write", "render")


@dataclass(frozen=True)
class Replay(Bench):
    """Gives what a real bench gave."""

    recorded: Run | None = None
    answers: dict[tuple[Check, ...], tuple[Checked, ...]] = field(default_factory=dict)

    def run(self, job: Job) -> Run:
        if self.recorded is None:
            return super().run(job)
        return self.recorded

    def check(self, checks: Sequence[Check]) -> tuple[Checked, ...]:
        key = tuple(checks)
        if key not in self.answers:
            self.answers[key] = super().check(checks)
        return self.answers[key]


def submission(names: Sequence[str], wrong: int) -> Submission:
    """Return a file with an answer to each exercise, the last few of them wrong."""
    cells = []
    for index, name in enumerate(names):
        kind = "wrong" if index >= len(names) - wrong else "right"
        sources = [path.read_text() for path in sorted((ROOT / "tests" / "corpus" / name / kind).glob("*.py"))]
        source = next(each for each in sources if "import_module" not in each)  # which would be held against all
        cells.append(Cell(index=index, source=source, where=f"cell {index}", tags=()))
    return Submission(name="all.py", notebook=False, cells=tuple(cells), digest=f"all-{wrong}")


def spent(work: Callable[[], object]) -> float:
    started = time.thread_time()
    work()
    return 1e3 * (time.thread_time() - started)


@dataclass(frozen=True)
class Played:
    """One submission whose run was recorded."""

    asked: Submission
    tasks: tuple[pipeline.Task, ...]
    keys: tuple[TaskKey, ...]
    replay: Replay

    def judge(self) -> Report:
        return pipeline.grade(self.asked, self.tasks, 0, self.replay)

    @property
    def passed(self) -> int:
        return sum(result.points == result.max_points for result in self.judge().results)

    def medians(self, book: gradebook.Gradebook, rounds: int) -> list[float]:
        report = self.judge()
        handed = iter([each_with_own_code(report, number) for number in range(2 * rounds)])
        executions = self.replay.recorded.executions if self.replay.recorded else ()
        blocks = [wire.encode(each.observation) for each in executions if each.observation is not None]
        stages = (
            lambda: [wire.decode(block, Observation) for block in blocks],
            self.judge,
            lambda: write(book, next(handed), self.keys),
            lambda: render(next(handed)),
        )
        return [statistics.median(spent(stage) for _ in range(rounds)) for stage in stages]


def each_with_own_code(report: Report, number: int) -> Report:
    """Return the report of another student, who has written something else: no two of a class share all their code."""
    results = [
        msgspec.structs.replace(
            each,
            excerpt=each.excerpt
            and msgspec.structs.replace(each.excerpt, source=f"{each.excerpt.source}\n    # student {number}"),
        )
        for each in report.results
    ]
    return msgspec.structs.replace(report, digest=f"{report.digest}-{number}", results=tuple(results))


def main(rounds: int) -> None:
    server = ForkServer(("many",))
    bench, found = Bench(server), course.load(ROOT)
    with tempfile.TemporaryDirectory() as folder, gradebook.opened(Path(folder, "grades.db")) as book:
        cache = Cache(Path(folder, "cache"))
        names = found.lesson("losses").exercises[:EXERCISES]
        tasks = tuple(pipeline.prepare(each, found, 0, bench, cache) for each in load(names, found, bench, cache))
        keys = tuple(TaskKey(name, "", "", 0, "", "") for name in names)
        print(f"{EXERCISES} exercises, {sum(len(task.calls) for task in tasks)} calls; median ms of {rounds} rounds")
        print(f"{'':14}" + "".join(f"{stage:>9}" for stage in STAGES) + f"{'all':>9}")
        for label, wrong in (("all right", 0), (f"{WRONG} wrong", WRONG)):
            asked = submission(names, wrong)
            recorded = bench.run(pipeline._job(asked, tasks))
            played = Played(asked, tasks, keys, Replay(server, recorded))
            medians = played.medians(book, rounds)
            print(
                f"{label:14}"
                + "".join(f"{each:9.1f}" for each in (*medians, sum(medians)))
                + f"   {played.passed} passed"
            )
    server.close()


def render(report: Report) -> None:
    html.render(report)
    report_json.render(report)


def write(book: gradebook.Gradebook, report: Report, keys: tuple[TaskKey, ...]) -> None:
    handed = HandIn(Student(report.digest), report.digest, "all.py")
    gradebook.known(book, report.digest, keys)
    gradebook.changed(book, handed, report)
    gradebook.record(book, handed, report, keys, datetime.now(UTC))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
