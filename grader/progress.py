"""What this person has reached: the best result, the tries and the hints of each exercise, in one small file of theirs.

Nothing leaves the machine, and no verdict depends on it. `GRADER_NO_PROGRESS=1` keeps nothing.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from grader.course import Course, shipped
from grader.errors import Mistake
from grader.model import Outcome, Report, Result

OPT_OUT = "GRADER_NO_PROGRESS"
FILE = "progress.json"
MAX_KEPT = 2_000
"""Exercises that are remembered; the ones not tried for longest go first."""
MAX_BYTES = 4 << 20
SHIPPED = "shipped"


class Reached(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was reached in one exercise. `tries` counts hand-ins that differ; `seen` is the last one's digest."""

    points: float = 0.0
    max_points: float = 0.0
    passed: bool = False
    tries: int = 0
    hints: int = 0
    seen: str = ""


class _Kept(msgspec.Struct, frozen=True):
    """The file: the exercises of all courses by "course\\nexercise", the one that was tried last at the end."""

    version: int = 1
    reached: dict[str, Reached] = {}


@dataclass(frozen=True)
class Progress:
    """The file of one person; None keeps nothing. Writing is atomic, and two programs may write at the same time."""

    folder: Path | None

    def of(self, course: Course) -> Mapping[str, Reached]:
        """Return what was reached in a course, by exercise. Raises `Mistake` if the file is damaged."""
        start = _key(course, "")
        kept = self._read().reached
        return {key.removeprefix(start): reached for key, reached in kept.items() if key.startswith(start)}

    def record(self, report: Report, course: Course) -> None:
        """Remember what a report says. Raises `Mistake` if the file is damaged or cannot be written."""
        tried = [result for result in report.results if _counts(result)]
        if tried:
            self._change(course, {each.exercise: _after(each, report.digest) for each in tried})

    def hint(self, course: Course, exercise: str, number: int) -> None:
        """Remember how many hints were given."""
        self._change(course, {exercise: lambda reached: msgspec.structs.replace(reached, hints=number)})

    def _change(self, course: Course, changes: Mapping[str, Callable[[Reached], Reached]]) -> None:
        if self.folder is None:
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with _alone(self.folder):
                kept = dict(self._read().reached)
                for exercise, change in changes.items():
                    key = _key(course, exercise)
                    kept[key] = change(kept.pop(key, Reached()))
                self._write(_Kept(reached=dict(list(kept.items())[-MAX_KEPT:])))
        except OSError as error:
            problem = f"your progress cannot be kept in {self.folder}: {error.strerror}"
            raise Mistake(problem, f"The verdict stands. {OPT_OUT}=1 keeps none, and says nothing.") from None

    def _read(self) -> _Kept:
        if self.folder is None:
            return _Kept()
        path = self.folder / FILE
        try:
            with path.open("rb") as file:
                return msgspec.json.decode(file.read(MAX_BYTES), type=_Kept)
        except FileNotFoundError:
            return _Kept()
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            cure = "Delete it to begin anew; verdicts do not depend on it."
            raise Mistake(f"the file that keeps your progress cannot be read: {path}", cure) from None

    def _write(self, kept: _Kept) -> None:
        assert self.folder is not None
        draft = self.folder / f".{FILE}.{secrets.token_hex(8)}"
        try:
            draft.write_bytes(msgspec.json.encode(kept))
            draft.replace(self.folder / FILE)
        finally:
            draft.unlink(missing_ok=True)


def mine() -> Progress:
    """Return this person's progress, in the folder for such files that the system names."""
    if os.environ.get(OPT_OUT, "") not in {"", "0"}:
        return Progress(None)
    import platformdirs  # noqa: PLC0415 - only where something is kept

    return Progress(Path(platformdirs.user_data_dir("grader")))


def _key(course: Course, exercise: str) -> str:
    """A course is known by its folder; the shipped one by a name, for its folder differs in each environment."""
    root = course.root.resolve()
    return f"{SHIPPED if root == shipped().resolve() else root}\n{exercise}"


def _counts(result: Result) -> bool:
    return result.outcome not in {Outcome.NOT_ATTEMPTED, Outcome.UNGRADED}


def _after(result: Result, digest: str) -> Callable[[Reached], Reached]:
    def change(before: Reached) -> Reached:
        better = result.max_points != before.max_points or result.points >= before.points
        return Reached(
            points=result.points if better else before.points,
            max_points=result.max_points,
            passed=before.passed or result.outcome is Outcome.PASSED,
            tries=before.tries + (digest != before.seen),
            hints=before.hints,
            seen=digest,
        )

    return change


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other programs of the same person from writing meanwhile, where the system has such locks."""
    try:
        import fcntl  # noqa: PLC0415 - POSIX has it
    except ImportError:
        yield
        return
    with (folder / f"{FILE}.lock").open("ab") as lock:
        with contextlib.suppress(OSError):  # a network file system without locks: the last writer wins
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
