"""What happens on Gradescope: a folder laid out as its own -> the text of `results.json`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from grader import course, discover
from grader.cache import Cache
from grader.catalogue import load
from grader.course import Course
from grader.errors import Mistake
from grader.grade import Task, grade, prepare
from grader.model import Report, Submission, Value
from grader.report import gradescope
from grader.sandbox.bench import Bench
from grader.submission import read

PLAN = "autograder.json"
RESULTS = "results/results.json"
SOURCE, SUBMISSION = "source", "submission"
MOST_FILES = 100
MARGIN_S = 30.0
"""What is kept of the time for everything but the submission's own code."""
LEAST_S = 20.0
IGNORED = {"__pycache__", "__MACOSX", ".ipynb_checkpoints"}


class Plan(Value, frozen=True, kw_only=True):
    """What the zip was made for."""

    lesson: str
    seed: int = 0
    visibility: str = "visible"
    limit_s: int = 540


def read_plan(root: Path) -> Plan:
    """Return what the zip in `root` was made for. Raises `Mistake` if it is damaged."""
    path = root / SOURCE / PLAN
    try:
        return msgspec.json.decode(path.read_bytes(), type=Plan)
    except (OSError, msgspec.MsgspecError) as error:
        raise Mistake(f"{path} cannot be read: {error}", "Make the zip again, and upload it.") from None


def prepared(root: Path, plan: Plan, bench: Bench, cache: Cache) -> tuple[Course, tuple[Task, ...]]:
    """Return the course in `root` and its lesson's tasks. Raises `GraderError`: none of that is a student's doing."""
    found = course.find(root, root / SOURCE / "course")
    exercises = load(found.lesson(plan.lesson).exercises, found, bench, cache)
    return found, tuple(prepare(each, found, plan.seed, bench, cache) for each in exercises)


def graded(root: Path, plan: Plan, bench: Bench, cache: Cache) -> tuple[str, bool]:
    """Return the text of `results.json`, and whether all could be graded.

    Whatever a submission does gives a score. Raises `GraderError` for what is the course's fault, or the grader's.
    """
    started = time.monotonic()
    found, tasks = prepared(root, plan, bench, cache)
    try:
        files, notes = _files(root / SUBMISSION, found, tasks)
    except Mistake as mistake:
        most = sum(task.exercise.points for task in tasks)
        return gradescope.unreadable(_told(mistake, root / SUBMISSION), mistake.cure, most), True
    left_s = (plan.limit_s - (time.monotonic() - started) - MARGIN_S) / len(files)
    limited = {task.exercise.id: _limited(task, max(LEAST_S, left_s)) for task in tasks}
    reports = [
        grade(submission, tuple(limited[name] for name in names), plan.seed, bench) for submission, names in files
    ]
    whole = _joined(reports, [task.exercise.id for task in tasks])
    return gradescope.render(whole, plan.visibility, notes), not gradescope.is_ungraded(whole)


def _limited(task: Task, most_s: float) -> Task:
    """Return a task whose submission is stopped, and scored, before the platform stops the grader."""
    limits = task.exercise.limits
    within = msgspec.structs.replace(limits, submission_s=min(limits.submission_s, most_s))
    return replace(task, exercise=msgspec.structs.replace(task.exercise, limits=within))


def _files(
    folder: Path, found: Course, tasks: Sequence[Task]
) -> tuple[list[tuple[Submission, tuple[str, ...]]], tuple[str, ...]]:
    """Return what was handed in, each file with the exercises to grade in it, and words about files left out.

    Exercises that no file defines go to the first. Raises `Mistake` where there is nothing, or an exercise twice.
    """
    chosen, left_out = list[tuple[Submission, list[str]]](), list[Mistake]()
    for path in _answers(folder):
        try:
            submission = read(path)
            names = discover.exercises(submission, found, None, ())
            chosen.append((submission, list(names)))
        except Mistake as mistake:
            left_out.append(mistake)
    if not chosen:
        raise left_out[0]
    where: dict[str, str] = {}
    for submission, defined in chosen:
        for name in defined:
            if name in where:
                raise Mistake(
                    f"{name} stands in two files, {where[name]} and {submission.name}",
                    "Hand in one file with it, and submit again.",
                )
            where[name] = submission.name
    chosen[0][1].extend(task.exercise.id for task in tasks if task.exercise.id not in where)
    notes = tuple(f"left out: {_told(mistake, folder)}" for mistake in left_out)
    return [(submission, tuple(names)) for submission, names in chosen], notes


def _told(mistake: Mistake, folder: Path) -> str:
    """Return a mistake's words with paths as the student knows them."""
    return mistake.problem.replace(f"{folder}/", "")


def _answers(folder: Path) -> list[Path]:
    paths = [
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in {".py", ".ipynb"} and not IGNORED & set(path.relative_to(folder).parts)
    ]
    if not paths:
        raise Mistake("there is no .py file and no notebook in what you handed in", "Hand in the file you worked in.")
    if len(paths) > MOST_FILES:
        raise Mistake(f"you handed in {len(paths)} files", f"Hand in your answers alone, at most {MOST_FILES} files.")
    return paths


def _joined(reports: Sequence[Report], order: Sequence[str]) -> Report:
    """Return several files' reports as one, exercises in the lesson's order."""
    if len(reports) == 1:
        return reports[0]
    results = sorted((one for report in reports for one in report.results), key=lambda one: order.index(one.exercise))
    return msgspec.structs.replace(
        reports[0],
        submission=", ".join(report.submission for report in reports),
        digest=" ".join(report.digest for report in reports),
        results=tuple(results),
        points=round(sum(report.points for report in reports), 6),
        max_points=round(sum(report.max_points for report in reports), 6),
        cells=tuple(cell for report in reports for cell in report.cells),
        texts=tuple({text.id: text for report in reports for text in report.texts}.values()),
    )
