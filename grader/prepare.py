"""From an exercise to a task: its reference observed now, taken from the cache, or read from a bundle's recordings."""

from __future__ import annotations

import functools
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import msgspec

from grader import judge, recordings, suspects, traced
from grader.cache import Cache, code_version, digest
from grader.calls import Plan, student_call
from grader.course import Course
from grader.expected import misconceptions_in, observe_misconceptions, observe_references, observe_variants
from grader.model import Difference, Execution, Exercise, Expected, Facts, Misconceptions, Status
from grader.sandbox.bench import Bench
from grader.sight import Sight, magnitude_of
from grader.spread import FAR, OWN_ERRORS, with_own_error
from grader.task import Task, calls

Observe = Callable[[Expected, Exercise, Path, Bench], Misconceptions]


def prepare(exercise: Exercise, course: Course, seed: int, bench: Bench, cache: Cache) -> Task:
    """Return a task. Raises `Mistake` if the reference fails, or a bundle has no recording that fits."""
    return prepare_all(exercise, course, (seed,), bench, cache)[0]


def prepare_all(
    exercise: Exercise, course: Course, seeds: tuple[int, ...], bench: Bench, cache: Cache
) -> tuple[Task, ...]:
    """Return an exercise's tasks on some seeds; raises as `prepare` does."""
    if course.is_bundle:
        return tuple(recordings.task(exercise, course, seed) for seed in seeds)
    path = course.reference_file(exercise.id)
    source = path.read_bytes()
    versions = (code_version(), metadata.version("torch"), metadata.version("numpy"))
    keys = {seed: digest("expected", *versions, exercise.digest, source, seed) for seed in seeds}
    found = {seed: expected for seed, key in keys.items() if (expected := cache.get(key, Expected)) is not None}
    missing = tuple(seed for seed in seeds if seed not in found)
    for expected in observe_references(exercise, path, missing, bench) if missing else ():
        found[expected.seed] = _sound(exercise, expected)
        cache.put(keys[expected.seed], found[expected.seed])
    return tuple(_task(found[seed], keys[seed], exercise, path, bench, cache) for seed in seeds)


def _task(expected: Expected, key: str, exercise: Exercise, path: Path, bench: Bench, cache: Cache) -> Task:
    """Return a task whose mistakes and slips are observed when they are first asked for, and kept under `key`."""

    def kept(what: str, observe: Observe) -> Callable[[], Misconceptions]:
        return functools.cache(
            lambda: _kept(digest(what, key), cache, lambda: observe(expected, exercise, path, bench))
        )

    @functools.cache
    def slips(names: tuple[str, ...]) -> Misconceptions:
        if not names:
            return _kept(digest("slips", key), cache, lambda: suspects.first(expected, exercise, path, bench))
        if names == suspects.PAIRS:
            return _kept(
                digest("pairs", key), cache, lambda: suspects.paired(slips(()), expected, exercise, path, bench)
            )
        name = digest("suspects", key, *names)
        return _kept(name, cache, lambda: suspects.chosen(names, expected, exercise, path, bench))

    return Task(
        exercise=exercise,
        expected=expected,
        calls=calls(exercise, expected),
        sentences=tuple(misconceptions_in(path.read_text(encoding="utf-8")).items()),
        misconceptions=kept("misconceptions", observe_misconceptions),
        variants=kept("variants", observe_variants),
        slips=slips,
        traces=kept("traces", traced.observe_reference),
    )


def _kept(name: str, cache: Cache, observe: Callable[[], Misconceptions]) -> Misconceptions:
    found = cache.get(name, Misconceptions)
    if found is None:
        found = observe()
        cache.put(name, found)
    return found


def _sound(exercise: Exercise, expected: Expected) -> Expected:
    """Mark as broken what cannot be asked: cases in whose dtype the reference itself is far outside the tolerance.

    A companion is given up sooner than a case that its author wants asked. Elsewhere the reference's own error counts as
    what right answers may round; see `grader.spread.with_own_error`.
    """
    cases = {case.name: case for case in exercise.cases}
    checked = []
    for each in expected.expectations:
        execution = Execution(id=each.id, status=each.status, observation=each.actual)
        plan = Plan.of(exercise, expected)
        call = student_call(plan, cases[each.id])
        found = judge.inaccuracies(Sight(exercise, cases[each.id], call, each, execution, Facts()))
        limit = OWN_ERRORS if cases[each.id].companion else FAR
        far = [one for one in found if not _near(one, limit)]
        if each.status is Status.OK and far:
            detail = f"the reference is off by {far[0].error} in {far[0].slot}; {far[0].allowed} is allowed"
            checked.append(msgspec.structs.replace(each, status=Status.BROKEN, detail=detail))
        else:
            checked.append(with_own_error(each, magnitude_of(cases[each.id], call, each)))
    return msgspec.structs.replace(expected, expectations=tuple(checked))


def _near(difference: Difference, limit: float) -> bool:
    """Tell whether an error is one that `with_own_error` may make room for."""
    error, allowed = difference.error, difference.allowed
    return isinstance(error, float) and isinstance(allowed, float) and error <= limit * allowed
