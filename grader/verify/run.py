"""Verifying a course: prepare every seed of every exercise, then do everything else, in as many threads as asked."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from grader import catalogue, grade, submission
from grader.batch import usual_jobs
from grader.cache import Cache
from grader.course import Course
from grader.errors import Mistake
from grader.model import Exercise
from grader.mutants.mutate import Mutant
from grader.sandbox.bench import Bench
from grader.verify import checks, corpus, strength
from grader.verify.result import CheckName, Fate, Part, Problem, Verification, gathered
from grader.verify.trial import Prepared

RIGHT_SEEDS = 20
MUTANT_SEEDS = 3
SEEDS_TOGETHER = 10
"""The reference is observed on so many seeds in one worker."""

Progress = Callable[[int, int], None]
"""Told how many units of work are done, of how many."""
Unit = Callable[[], tuple[Part, ...]]
T = TypeVar("T")


@dataclass(frozen=True)
class Settings:
    """How much is verified."""

    seeds: int = 50
    jobs: int = 1
    mutants: bool = True
    corpus: Path | None = None


def settings(course: Course, corpus: Path | None, *, jobs: int | None, seeds: int, mutants: bool) -> Settings:
    """Return the settings that were asked for, or else what suits this machine and the course."""
    usual = course.root / "tests" / "corpus"
    folder = corpus or (usual if usual.is_dir() else None)
    return Settings(seeds=seeds, jobs=jobs or usual_jobs(), mutants=mutants, corpus=folder)


def verify(names: Sequence[str], course: Course, bench: Bench, settings: Settings, progress: Progress) -> Verification:
    """Verify exercises; raises `Mistake` for a name that the course does not have."""
    for name in names:
        course.exercise_file(name)
    started = time.monotonic()
    with ThreadPoolExecutor(settings.jobs) as pool:
        try:
            parts = _all(names, course, bench, settings, _Meter(progress, pool))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    exercises = tuple(gathered(name, [part for part in parts if part.exercise == name]) for name in names)
    return Verification(
        well=all(each.well for each in exercises),
        wall_s=round(time.monotonic() - started, 3),
        exercises=exercises,
    )


class _Meter:
    """Runs units of work in a pool, and tells how far it is."""

    def __init__(self, progress: Progress, pool: Executor) -> None:
        self._progress, self._pool = progress, pool
        self._done = self._total = 0

    def run(self, units: Sequence[Callable[[], T]], *, to_come: int = 0) -> list[T]:
        """Return the units' results in order; `to_come` is how many more are sure to follow."""
        self._total = max(self._total, self._done + len(units) + to_come)
        futures = [self._pool.submit(unit) for unit in units]
        for _ in as_completed(futures):
            self._done += 1
            self._progress(self._done, self._total)
        return [future.result() for future in futures]


@dataclass(frozen=True)
class _Ready:
    """An exercise whose reference has been observed on every seed."""

    exercise: Exercise
    source: str
    seeds: tuple[Prepared, ...]
    files: corpus.Corpus


def _all(names: Sequence[str], course: Course, bench: Bench, settings: Settings, meter: _Meter) -> list[Part]:
    loaded = meter.run(
        [lambda name=name: _load(name, course, bench) for name in names],  # type: ignore[misc]
        to_come=len(names) * math.ceil(settings.seeds / SEEDS_TOGETHER),
    )
    parts = [part for _, part in loaded]
    exercises = [exercise for exercise, _ in loaded if exercise is not None]
    seeds = tuple(range(settings.seeds))
    groups = [
        (exercise, seeds[start : start + SEEDS_TOGETHER])
        for exercise in exercises
        for start in range(0, settings.seeds, SEEDS_TOGETHER)
    ]
    observed = meter.run(
        [lambda e=exercise, s=group: _prepare(e, s, course, bench) for exercise, group in groups]  # type: ignore[misc]
    )
    ready = []
    for exercise in exercises:
        own = [one for (other, _), found in zip(groups, observed, strict=True) if other is exercise for one in found]
        parts += [one for one in own if isinstance(one, Part)][:1]
        prepared = tuple(one for one in own if isinstance(one, Prepared))
        if len(prepared) == settings.seeds:
            source = course.reference_file(exercise.id).read_text(encoding="utf-8")
            ready.append(_Ready(exercise, source, prepared, corpus.corpus(settings.corpus, exercise.id)))
    units = [unit for one in ready for unit in _units(one, course, bench, settings)]
    return parts + [part for found in meter.run(units) for part in found]


def _load(name: str, course: Course, bench: Bench) -> tuple[Exercise | None, Part]:
    try:
        (exercise,) = catalogue.load([name], course, bench, Cache(None))
    except Mistake as mistake:
        return None, Part(exercise=name, check=CheckName.FILE, count=1, problems=(_problem("exercises", mistake),))
    bench.expect((exercise,))
    return exercise, Part(exercise=name, check=CheckName.FILE, good=1, count=1)


def _prepare(exercise: Exercise, seeds: tuple[int, ...], course: Course, bench: Bench) -> tuple[Prepared | Part, ...]:
    started = time.monotonic()
    try:
        tasks = grade.prepare_all(exercise, course, seeds, bench, Cache(None))
    except Mistake as mistake:
        problem = _problem("reference", mistake)
        return (Part(exercise=exercise.id, check=CheckName.REFERENCE, count=1, problems=(problem,)),)
    return tuple(Prepared(task, (time.monotonic() - started) / len(seeds)) for task in tasks)


def _problem(where: str, mistake: Mistake) -> Problem:
    return Problem(where=where, text=f"{mistake.problem}\n{mistake.cure}".strip())


def _units(one: _Ready, course: Course, bench: Bench, settings: Settings) -> Iterator[Unit]:
    """Yield everything that is done with one exercise."""
    first = one.seeds[0]
    before_s = sum(seed.busy_s for seed in one.seeds)
    yield _timed(lambda: (checks.reference(one.seeds, one.source, bench),), before_s)
    yield _timed(lambda: (checks.starter(first, bench),))
    yield _timed(lambda: (_repeatable(one, course, bench),))
    yield _timed(lambda: (checks.known_mistakes(first, one.source, bench),))
    if settings.mutants:
        found = strength.mutants_of(first, one.source)
        for start in range(0, len(found), strength.BATCH):
            yield _timed(_mutants(one, found[start : start + strength.BATCH], bench))
    for path in one.files.right:
        yield _timed(lambda path=path: (corpus.right(path, one.seeds[:RIGHT_SEEDS], bench),))  # type: ignore[misc]
    for path in one.files.wrong:
        yield _timed(lambda path=path: corpus.wrong(path, first, bench))  # type: ignore[misc]


def _timed(unit: Unit, before_s: float = 0.0) -> Unit:
    """Return a unit whose first part tells how long it took, and what it builds on."""

    def run() -> tuple[Part, ...]:
        started = time.monotonic()
        first, *others = unit()
        return msgspec.structs.replace(first, busy_s=before_s + time.monotonic() - started), *others

    return run


def _repeatable(one: _Ready, course: Course, bench: Bench) -> Part:
    again = Prepared(grade.prepare(one.exercise, course, one.seeds[0].seed, bench, Cache(None)))
    wrong = submission.read(one.files.wrong[0]) if one.files.wrong else None
    return checks.repeatable(one.seeds[0], again, wrong, one.source, bench)


def _mutants(one: _Ready, batch: tuple[Mutant, ...], bench: Bench) -> Unit:
    def run() -> tuple[Part, ...]:
        found = strength.fates(batch, one.seeds[:MUTANT_SEEDS], bench)
        killed = sum(each.fate in {Fate.KILLED, Fate.KILLED_LATE} for each in found)
        survived = sum(each.fate is Fate.SURVIVED for each in found)
        part = Part(
            exercise=one.exercise.id,
            check=CheckName.MUTANTS,
            good=killed,
            count=killed + survived,
            mutants=found,
            cases=tuple(case.name for case, _ in one.seeds[0].task.calls),
        )
        return (part,)

    return run
