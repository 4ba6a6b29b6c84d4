"""A lesson -> the zip that Gradescope takes: https://gradescope-autograders.readthedocs.io/en/latest/specs/."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path

import msgspec

from grader.autograder import wheel
from grader.autograder.run import PLAN, Plan
from grader.course import Course
from grader.errors import Mistake
from grader.report import gradescope

MOST_BYTES = 100 << 20
"""What Gradescope takes in one upload; a course is text, so more than this is a mistake."""


@dataclass(frozen=True)
class Settings:
    """What an instructor may choose: when students see the tests, how long grading may take, how pip finds packages."""

    visibility: str = "visible"
    limit_s: int = 540
    seed: int = 0
    pip_options: str = ""


def make(course: Course, lesson: str, settings: Settings, output: Path) -> tuple[str, ...]:
    """Write the zip and return the names of the lesson's exercises. Raises `Mistake` if something is missing."""
    exercises = course.lesson(lesson).exercises
    for name in exercises:
        course.reference_file(name)
    files = {
        "setup.sh": _setup(settings),
        "run_autograder": _script("run_autograder").replace("@LIMIT_S@", str(settings.limit_s)).encode(),
        "failed.json": gradescope.failed("The grader ended early, or was never installed.").encode(),
        PLAN: _plan(lesson, settings),
        wheel.filename(): wheel.build(),
    }
    for part in ("exercises", "reference"):
        files |= _folder(course.root, f"{part}/{lesson}")
    packed = wheel.zipped(files, frozenset({"setup.sh", "run_autograder"}))
    if len(packed) > MOST_BYTES:
        raise Mistake(f"the autograder has {len(packed) >> 20} MB", f"Keep data out of exercises/{lesson}.")
    _write(output, packed)
    return exercises


def _script(name: str) -> str:
    return (resources.files("grader.autograder") / name).read_text(encoding="utf-8")


def _setup(settings: Settings) -> bytes:
    try:
        options = " ".join(shlex.quote(word) for word in shlex.split(settings.pip_options))
    except ValueError as error:
        raise Mistake(f"--pip-options {settings.pip_options!r}: {error}", "Close every quote.") from None
    torch = shlex.quote(f"torch=={metadata.version('torch').partition('+')[0]}")
    return _script("setup.sh").replace("@PIP_OPTIONS@", options).replace("@TORCH@", torch).encode()


def _plan(lesson: str, settings: Settings) -> bytes:
    plan = Plan(lesson=lesson, seed=settings.seed, visibility=settings.visibility, limit_s=settings.limit_s)
    return msgspec.json.format(msgspec.json.encode(plan)) + b"\n"


def _folder(root: Path, name: str) -> dict[str, bytes]:
    """Return the files of a folder of the course; links are not followed out of it."""
    paths = sorted(path for path in (root / name).rglob("*") if path.is_file() and not path.is_symlink())
    return {
        f"course/{path.relative_to(root).as_posix()}": path.read_bytes()
        for path in paths
        if "__pycache__" not in path.parts and ".ipynb_checkpoints" not in path.parts
    }


def _write(output: Path, packed: bytes) -> None:
    part = output.with_name(f"{output.name}.part")
    try:
        part.write_bytes(packed)
        part.replace(output)
    except OSError as error:
        raise Mistake(f"{output} cannot be written: {error.strerror}", "Give another path.") from None
