"""Answering a notebook's questions: grade the page from top to bottom, and say where this session tells another story."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from grader import course, discover, progress
from grader.cache import Cache
from grader.commands.exits import written_down
from grader.commands.options import cache_folder
from grader.course import Course
from grader.errors import GraderError, Mistake
from grader.live.page import page
from grader.live.question import Question
from grader.live.versions import Versions, versions
from grader.model import Outcome, Report
from grader.report import inline
from grader.report.inline import Notice
from grader.sandbox import notebook  # noqa: F401 - the first check needs it, and it takes 0.2 s
from grader.sandbox.bench import Bench
from grader.sandbox.line import SandboxError
from grader.sandbox.server import ForkServer, Starter
from grader.warm import WarmGrader

WHAT_TO_DO = "The verdict is of the fresh run. Restart the kernel and run all cells to see the same."
LEAST = 1e-6
"""A difference in points below this comes from adding fractions up."""
WHAT_TO_RUN = "The verdict is of the fresh run. Run the cells from the top to have the same in memory."


def warmed(starter: Starter) -> WarmGrader:
    """Return the pipeline, after one worker has been started, so that nobody waits for the first."""
    bench = Bench(starter)
    with contextlib.suppress(SandboxError, Mistake):  # the first question meets the same, and its answer says so
        bench.describe([])
    return WarmGrader(bench, Cache(cache_folder()))


def serve(questions: BinaryIO, answers: BinaryIO, warm: WarmGrader) -> None:
    """Answer one question after another. This is the error boundary of this program."""
    for line in questions:
        answer: dict[str, Any] = {}
        try:
            question = msgspec.json.decode(line, type=Question)
            answer = {"number": question.number} | Desk(warm).answer(question)
        except Mistake as mistake:
            answer = {"problem": mistake.problem, "cure": mistake.cure}
        except GraderError as error:
            answer = {
                "problem": f"nothing was graded: {error}",
                "cure": "`grade doctor` says what this machine can do.",
            }
        except Exception:
            cure = f"Please report {written_down()}"
            answer = {"problem": "the grader itself failed; nothing was graded", "cure": cure}
        answer.setdefault("number", _number(line))
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


def _number(line: bytes) -> int:
    try:
        return int(json.loads(line)["number"])
    except (ValueError, LookupError, TypeError):
        return 0


@dataclass(frozen=True)
class Desk:
    """Answers questions with one warm grader."""

    warm: WarmGrader

    def answer(self, question: Question) -> dict[str, Any]:
        """Return an answer's fields. Raises `Mistake` for what a person can mend."""
        found = course.find(Path(question.path).parent if question.path else Path(question.folder))
        for name in question.exercises:
            found.exercise_file(name)
        shown = page(question)
        names = discover.exercises(shown.submission, found, None, question.exercises)
        tasks = self.warm.prepared(names, found)
        roots = tuple(name for task in tasks for name in (task.exercise.id, *task.exercise.outputs))
        both = versions(shown, question, roots)
        report, here = self._graded(both, names, found)
        _complain_of_imports(report, question)
        return _told(report, tuple(_notices(report, here, both)), self._remember(report, found), question)

    def _graded(self, both: Versions, names: tuple[str, ...], found: Course) -> tuple[Report, Report | None]:
        """Run both versions at the same time."""
        starter = self.warm.bench.starter
        if isinstance(starter, ForkServer) and any("matplotlib" in cell.source for cell in both.fresh.cells):
            starter.warm(["plots"])
        with ThreadPoolExecutor(1) as pool:
            second = None if both.here is None else pool.submit(self.warm.grade, both.here, names, found)
            return self.warm.grade(both.fresh, names, found), None if second is None else second.result()

    def _remember(self, report: Report, found: Course) -> str:
        """Keep what was reached; return what stood in the way."""
        try:
            progress.mine().record(report, found)
        except Mistake as mistake:
            return f"{mistake.problem} {mistake.cure}"
        return ""


def _complain_of_imports(report: Report, question: Question) -> None:

    for result in report.results:
        module = question.elsewhere.get(result.exercise)
        if module and result.outcome is Outcome.NOT_ATTEMPTED:
            file = f"{module.replace('.', '/')}.py"
            problem = f"{result.exercise} was imported from {module}, and a check looks at this notebook's cells alone"
            raise Mistake(problem, f"Grade that file: grade {file}")


def _notices(report: Report, here: Report | None, both: Versions) -> Iterator[Notice]:

    if here is not None and _results(here) != _results(report):
        gained = [a.points - b.points for a, b in zip(here.results, report.results, strict=True)]
        title, cure = "A fresh run gives another result than this session", WHAT_TO_DO
        if max(gained) > LEAST:
            title = "Works here, fails on a fresh run"
        elif min(gained) < -LEAST:
            title, cure = "Fails here, works on a fresh run", WHAT_TO_RUN
        yield Notice(title, both.reasons, cure)
    if both.left_out:
        what = f"Left out, for nothing graded rests on them: {', '.join(both.left_out)}"
        yield Notice(what, (), "To run every cell: grade NOTEBOOK")


def _results(report: Report) -> list[object]:
    """Return what a student would call the result: how each case ended, and what is said of it first."""
    return [
        (result.lead.rule if result.lead else "", *(verdict.outcome for verdict in result.verdicts))
        for result in report.results
    ]


def _told(report: Report, notices: tuple[Notice, ...], trouble: str, question: Question) -> dict[str, Any]:

    notices += (inline.Notice(trouble, (), ""),) if trouble else ()
    return {
        "text": inline.text(report, notices, colour=question.colour),
        "html": inline.render(report, notices),
        "passed": all(result.outcome is Outcome.PASSED for result in report.results),
        "points": report.points,
        "max_points": report.max_points,
    }
