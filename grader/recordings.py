"""A bundle's recordings: read, checked against this machine, and turned into tasks. Never code, never pickle.

One file an exercise, and one more a seed, in the format of `grader.wire`; a student's disk is not trusted more than a
student's notebook, so a file is read with bounds and must be exactly what its type says.
"""

from __future__ import annotations

import hashlib
from importlib import metadata
from typing import TypeVar

from grader import __version__, wire
from grader.cache import digest
from grader.course import Course
from grader.draw import stream
from grader.errors import Mistake, WireError
from grader.model import Call, Case, Exercise, Recorded, Recording
from grader.submission import read_bytes
from grader.task import Task, calls

T = TypeVar("T")

HEADER_BYTES = 64 << 20
"""The JSON of a recording may be so long."""


def versions() -> tuple[tuple[str, str], ...]:
    """Return the versions of what observes a reference here."""
    return ("grader", __version__), ("torch", metadata.version("torch")), ("numpy", metadata.version("numpy"))


def exercise(name: str, course: Course) -> Exercise:
    """Return an exercise of a bundle. Raises `Mistake` if its recording or its file is not what the course gave out."""
    found = recording(name, course).exercise
    path = course.exercise_file(name)
    if path.is_file() and hashlib.sha256(read_bytes(path)).hexdigest() != found.digest:
        raise Mistake(
            f"the recordings of {name} were made from another version of {path.name}",
            "Take this file as the course gave it out, or get the course's newest bundle.",
        )
    return found


def recording(name: str, course: Course) -> Recording:
    """Return what a bundle says of an exercise and all its seeds."""
    return _read(course, name, None, Recording)


def task(exercise: Exercise, course: Course, seed: int) -> Task:
    """Return an exercise as a task, from what its reference gave when the bundle was made.

    Raises `Mistake` if there is no recording of this seed, or it is not one of what would be asked here.
    """
    head = recording(exercise.id, course)
    if seed not in head.seeds:
        seeds = ", ".join(map(str, head.seeds))
        raise Mistake(f"this bundle has no recording of {exercise.id} with the seed {seed}", f"It has: --seed {seeds}.")
    _check_version("torch", exercise.id, head)
    found = _read(course, exercise.id, seed, Recorded)
    asked = calls(exercise, found.expected)
    if found.digest != exercise.digest or found.expected.seed != seed:
        raise Mistake(
            f"the recording of {exercise.id} with the seed {seed} is not of this exercise",
            "Get the course's newest bundle, and put nothing of an older one into it.",
        )
    if found.drawn != drawn(asked, seed):
        _check_version("numpy", exercise.id, head)
        raise Mistake(
            f"here {exercise.id} would be asked with other inputs than those of its recording, "
            f"which grader {dict(head.versions).get('grader')} made",
            f"Install that version (here is {__version__}), or get the course's newest bundle.",
        )
    return Task(
        exercise=exercise,
        expected=found.expected,
        calls=asked,
        sentences=head.sentences,
        misconceptions=lambda: found.misconceptions,
        variants=lambda: found.variants,
    )


def drawn(asked: tuple[tuple[Case, Call], ...], seed: int) -> str:
    """Return a digest of all inputs, and of what a scenario would draw: the same wherever NumPy draws the same."""
    rng = stream(seed, "recording")
    probe = (rng.standard_normal(4).tobytes(), rng.random(4).tobytes(), rng.integers(0, 1000, 4).tobytes())
    arrays = [
        part
        for _, call in asked
        for arguments in call.arguments
        for one in arguments
        for part in (f"{call.id} {one.name} {one.scalar!r}", one.array.data if one.array else b"")
    ]
    return digest(*probe, *arrays)


def _check_version(package: str, name: str, head: Recording) -> None:
    """Raise `Mistake` if a package here is another release than the one recorded with; "+cpu" and its like do not count."""
    recorded, here = (dict(each).get(package, "none").partition("+")[0] for each in (head.versions, versions()))
    if recorded != here:
        raise Mistake(
            f"{name} was recorded with {package} {recorded}, and here is {package} {here}",
            f"Run: pip install {package}=={recorded}; or ask for a bundle recorded with {here}.",
        )


def _read(course: Course, name: str, seed: int | None, type_: type[T]) -> T:
    path = course.recording(name, seed)
    if not path.exists():
        raise Mistake(f"{path.name} is missing from this bundle", "Unpack the course's bundle again.")
    try:
        return wire.decode(read_bytes(path), type_, header_bytes=HEADER_BYTES)
    except WireError as error:
        raise Mistake(
            f"{path.name} is damaged, or was made by another version of grader: {error}",
            f"Get the course's newest bundle; here is grader {__version__}.",
        ) from None
