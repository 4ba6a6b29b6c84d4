"""Grading again and again with the same workers: what an exercise needs is prepared once, until its files change."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from grader import batch, catalogue
from grader import grade as pipeline
from grader.cache import Cache
from grader.course import Course
from grader.errors import Mistake
from grader.model import Exercise, Report, Submission
from grader.sandbox.bench import Bench

Stamp = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class WarmGrader:
    """Grades submissions, from any thread; every exercise's reference is observed when it is first asked for."""

    bench: Bench
    cache: Cache
    seed: int = 0
    show_hidden: bool = False
    tasks: dict[tuple[Path, str], tuple[Stamp, pipeline.Task]] = field(default_factory=dict)
    preparing: threading.Lock = field(default_factory=threading.Lock)

    def grade(self, submission: Submission, names: tuple[str, ...], course: Course) -> Report:
        """Return a submission's report. Raises `Mistake` for a fault of the course."""
        tasks = self.prepared(names, course)
        return pipeline.grade(submission, tasks, self.seed, self.bench, show_hidden=self.show_hidden)

    def prepared(self, names: tuple[str, ...], course: Course) -> tuple[pipeline.Task, ...]:
        """Return the tasks of exercises, those prepared now that are new or whose files have changed."""
        with self.preparing:
            return self._prepared(names, course)

    def _prepared(self, names: tuple[str, ...], course: Course) -> tuple[pipeline.Task, ...]:
        stamps = {name: _stamp(name, course) for name in names}
        stale = [name for name in names if self.tasks.get((course.root, name), ((), None))[0] != stamps[name]]
        exercises = catalogue.load(stale, course, self.bench, self.cache) if stale else ()
        self.bench.expect(exercises)
        prepare = partial(pipeline.prepare, course=course, seed=self.seed, bench=self.bench, cache=self.cache)
        for task in batch.at_once(prepare, exercises):
            self.tasks[course.root, task.exercise.id] = stamps[task.exercise.id], task
        return tuple(self.tasks[course.root, name][1] for name in names)

    def exercise(self, name: str, course: Course) -> Exercise:
        """Return an exercise as the trusted side knows it."""
        return self.prepared((name,), course)[0].exercise


def _stamp(name: str, course: Course) -> Stamp:
    """Return when the files of an exercise were written; a bundle has no reference."""
    files = [course.exercise_file(name)]
    with contextlib.suppress(Mistake):
        files.append(course.reference_file(name))
    return tuple((status.st_mtime_ns, status.st_size) for status in (path.stat() for path in files))
