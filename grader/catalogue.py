"""Exercise files -> `Exercise` values. A worker reads them, so that torch stays out of this process."""

from __future__ import annotations

from collections.abc import Sequence

from grader import recordings
from grader.cache import Cache, code_version, digest
from grader.course import Course
from grader.errors import Mistake
from grader.model import Describe, Exercise
from grader.sandbox.bench import Bench


def load(names: Sequence[str], course: Course, bench: Bench, cache: Cache) -> tuple[Exercise, ...]:
    """Return the exercises in order. Raises `Mistake` with every fault of every file."""
    if course.is_bundle:
        return tuple(recordings.exercise(name, course) for name in names)
    requests = {name: _request(name, course) for name in names}
    version = code_version()
    keys = {name: _key(request, version) for name, request in requests.items()}
    found = {name: exercise for name in names if (exercise := cache.get(keys[name], Exercise)) is not None}
    unread = [name for name in requests if name not in found]
    if unread:
        for name, exercise in zip(unread, _describe([requests[name] for name in unread], bench), strict=True):
            cache.put(keys[name], exercise)
            found[name] = exercise
    return tuple(found[name] for name in names)


def kept(name: str, course: Course, cache: Cache) -> Exercise | None:
    """Return an exercise that was read before and has not changed since; None if a worker must read it."""
    return cache.get(_key(_request(name, course), code_version()), Exercise)


def _key(request: Describe, version: str) -> str:
    return digest("exercise", version, *request_parts(request))


def request_parts(request: Describe) -> tuple[str, str, str]:
    """Return all that a description depends on."""
    return request.source, request.path, request.lesson


def _request(name: str, course: Course) -> Describe:
    path = course.exercise_file(name)
    lesson = course.lesson_of(name)
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Mistake(f"the exercise file {path} cannot be read: {error}", "Save it as UTF-8 text.") from None
    return Describe(
        source=source,
        path=path.relative_to(course.root).as_posix(),
        lesson=lesson.name if lesson else "",
    )


def _describe(requests: list[Describe], bench: Bench) -> list[Exercise]:
    described = bench.describe(requests)
    faults = [fault for each in described for fault in each.faults]
    if faults:
        lines = [f"{fault.place}: {fault.problem}\n    {fault.cure}" for fault in faults]
        raise Mistake(f"{len(faults)} fault{'s' * (len(faults) > 1)} in exercise files:\n" + "\n".join(lines))
    return [each.exercise for each in described if each.exercise is not None]
