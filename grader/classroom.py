"""A class, from what was found to what is recorded: what is known is left alone, the rest is graded and written down."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

from grader import __version__, batch, catalogue, discover, gradebook
from grader import grade as pipeline
from grader.cache import Cache, digest
from grader.course import Course
from grader.errors import Mistake
from grader.gradebook import Change, Gradebook, HandIn, TaskKey
from grader.intake import Found, contents, reader
from grader.model import Exercise, Job, Report, Run, Submission
from grader.sandbox.bench import Bench


@dataclass(frozen=True)
class Asked:
    """What is to be graded, and how."""

    course: Course
    lesson: str | None = None
    exercises: tuple[str, ...] = ()
    seed: int = 0
    jobs: int = 1
    force: bool = False
    dry_run: bool = False


@dataclass(frozen=True)
class Work:
    """One hand-in with the exercises that are to be graded; `keys` are of all that it answers."""

    found: Found
    handed: HandIn
    submission: Submission
    names: tuple[str, ...]
    keys: tuple[TaskKey, ...]


@dataclass(frozen=True)
class Graded:
    """A report, and the seconds that the worker took, by exercise: they are no part of what a report says."""

    report: Report
    seconds: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Timed(Bench):
    """A sandbox that also adds up how long each exercise's calls take."""

    seconds: dict[str, float] = field(default_factory=dict)

    def run(self, job: Job) -> Run:
        """Run a job and take down its seconds."""
        made = super().run(job)
        for each in made.executions:
            exercise = each.id.partition("/")[0]
            self.seconds[exercise] = self.seconds.get(exercise, 0.0) + each.wall_s
        return made


@dataclass(frozen=True)
class Done:
    """What became of one file. Neither report nor error: it was known already."""

    found: Found
    report: Report | None = None
    error: Exception | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Desk:
    """Where exercises are prepared, each once: in the thread that draws the work, before any of it is given out."""

    asked: Asked
    bench: Bench
    cache: Cache
    exercises: dict[str, Exercise] = field(default_factory=dict)
    keys: dict[str, TaskKey] = field(default_factory=dict)
    tasks: dict[str, pipeline.Task] = field(default_factory=dict)

    def key(self, name: str) -> TaskKey:
        """Return all that a verdict on an exercise depends on. Raises `Mistake` if the exercise cannot be read."""
        if name not in self.keys:
            (exercise,) = catalogue.load([name], self.asked.course, self.bench, self.cache)
            self.bench.expect((exercise,))
            reference = digest("reference", self.asked.course.answer_file(name).read_bytes())
            self.exercises[name] = exercise
            versions = (__version__, metadata.version("torch"))
            self.keys[name] = TaskKey(name, exercise.digest, reference, self.asked.seed, *versions)
        return self.keys[name]

    def prepare(self, name: str) -> None:
        """Observe an exercise's reference, unless that was done."""
        if name not in self.tasks:
            exercise = self.exercises[name]
            self.tasks[name] = pipeline.prepare(exercise, self.asked.course, self.asked.seed, self.bench, self.cache)

    def grade(self, work: Work) -> Graded:
        """Grade one hand-in; called from any thread."""
        return self.graded(work.submission, work.names)

    def graded(self, submission: Submission, names: tuple[str, ...]) -> Graded:
        """Grade a submission on exercises that are prepared."""
        tasks = tuple(self.tasks[name] for name in names)
        timed = Timed(self.bench.starter)
        report = pipeline.grade(submission, tasks, self.asked.seed, timed)
        return Graded(report, tuple(timed.seconds.items()))


@dataclass(frozen=True)
class Hall:
    """Where hand-ins are graded: `executor` calls `grade`, and `unpack` returns what was graded in what comes back, or raises.

    `prepare` is told of an exercise before its first hand-in is given out.
    """

    executor: Executor
    in_flight: int
    grade: Callable[[Work], Any]
    prepare: Callable[[str], None]
    unpack: Callable[[Any], Graded]


@contextlib.contextmanager
def here(desk: Desk) -> Iterator[Hall]:
    """Yield this machine as the place to grade in: as many threads as there are jobs, and one fork server."""
    jobs = desk.asked.jobs
    with ThreadPoolExecutor(jobs, thread_name_prefix="grade") as pool:
        yield Hall(pool, jobs + 1, desk.grade, desk.prepare, unpack=lambda graded: graded)


def run(
    found: Iterable[Found],
    desk: Desk,
    book: Gradebook,
    tell: Callable[[Done], None],
    stopped: Callable[[], bool],
    hall: Hall,
) -> bool:
    """Grade a class, and tell of each file as it is done; return whether it was all.

    Every hand-in is written down before it is told of. Raises `Mistake` for a fault of the course or the gradebook.
    """
    asked = desk.asked

    def on_done(work: Work, outcome: Any) -> None:
        try:
            graded = _unpacked(hall, outcome)
        except Exception as error:  # whatever it is, it is this one file's
            tell(Done(work.found, error=error))
            return
        report = graded.report
        changes = gradebook.changed(book, work.handed, report)
        if not asked.dry_run:
            gradebook.record(book, work.handed, report, work.keys, datetime.now(UTC), graded.seconds)
        tell(Done(work.found, report=report, changes=changes))

    works = _works(_opened(found, asked, stopped), desk, book, tell, hall)
    return batch.run(works, hall.grade, hall.executor, on_done, in_flight=hall.in_flight, stopped=stopped)


def _unpacked(hall: Hall, outcome: Any) -> Graded:
    if isinstance(outcome, Exception):
        raise outcome
    return hall.unpack(outcome)


def said(error: Exception) -> str:
    """Return an error's words; of one that nobody foresaw, where it arose."""
    if isinstance(error, Mistake):
        return f"{error.problem}. {error.cure}".removesuffix(". ")
    last = traceback.extract_tb(error.__traceback__)[-1:]
    place = f" ({last[0].filename}:{last[0].lineno})" if last else ""
    return f"the grader failed: {type(error).__name__}: {error}{place}"


def _opened(
    found: Iterable[Found], asked: Asked, stopped: Callable[[], bool]
) -> Iterator[tuple[Found, Submission, tuple[str, ...]] | Done]:
    """Yield each file with what is in it and what it answers, or with why not, until the end is asked for.

    Among files that are known the next piece of work may be far, so that is asked here.
    """
    with reader() as read_member:
        for each in found:
            if stopped():
                return
            try:
                submission = contents(each, read_member)
                yield each, submission, discover.exercises(submission, asked.course, asked.lesson, asked.exercises)
            except Mistake as mistake:
                yield Done(each, error=mistake)


def _works(
    files: Iterable[tuple[Found, Submission, tuple[str, ...]] | Done],
    desk: Desk,
    book: Gradebook,
    tell: Callable[[Done], None],
    hall: Hall,
) -> Iterator[Work]:
    """Yield what is to be graded, and tell of what cannot be read and what is known."""
    asked = desk.asked
    for file in files:
        if isinstance(file, Done):
            if not asked.dry_run:  # who handed in what nobody can read is one of the class all the same
                gradebook.enroll(book, [file.found.student])
            tell(file)
            continue
        each, submission, names = file
        keys = tuple(desk.key(name) for name in names)
        handed = HandIn(
            each.student, submission.digest, each.file, each.handed_in, each.late, each.assignment, submission
        )
        known = frozenset() if asked.force else gradebook.known(book, submission.digest, keys)
        fresh = tuple(key.exercise for key in keys if key not in known)
        for name in fresh:
            hall.prepare(name)
        if fresh:
            yield Work(each, handed, submission, fresh, keys)
            continue
        if not asked.dry_run:
            gradebook.record(book, handed, None, keys, datetime.now(UTC))
        tell(Done(each))
