"""A course: a folder with `exercises/` and `reference/`, one subfolder a lesson, one file an exercise.

What students get (`grade bundle`) is a course, too: it has `recorded/`, what the references gave, in place of them.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from grader.errors import Mistake

LESSON = "lesson.toml"
REFERENCE, RECORDED = "reference", "recorded"
OURS = ("exercises", REFERENCE, RECORDED, "starters")
"""Folders of a course that hold no hand-ins."""


@dataclass(frozen=True)
class Lesson:
    """A lesson's title and its exercises in order."""

    name: str
    title: str
    exercises: tuple[str, ...]


@dataclass(frozen=True)
class Course:
    """Where a course's files are. Exercise names are unique within a course."""

    root: Path
    lessons: tuple[Lesson, ...]

    @property
    def templates(self) -> Path | None:
        """The folder of templates that stand in for the report's own, if the course has one."""
        folder = self.root / "reports" / "templates"
        return folder if folder.is_dir() else None

    @property
    def is_bundle(self) -> bool:
        """Tell whether this is what students get: recordings and no references."""
        return not (self.root / REFERENCE).is_dir() and (self.root / RECORDED).is_dir()

    def lesson_of(self, exercise: str) -> Lesson | None:
        """Return the lesson that an exercise belongs to."""
        return next((lesson for lesson in self.lessons if exercise in lesson.exercises), None)

    def lesson(self, name: str) -> Lesson:
        """Return a lesson by name; raises `Mistake` with the choices."""
        for lesson in self.lessons:
            if lesson.name == name:
                return lesson
        choices = ", ".join(lesson.name for lesson in self.lessons) or "none"
        raise Mistake(f"there is no lesson {name!r} in {self.root}", f"Lessons: {choices}.")

    def exercise_file(self, exercise: str) -> Path:
        """Return the exercise's file; raises `Mistake` with close names."""
        return self.root / "exercises" / self._lesson_name(exercise) / f"{exercise}.py"

    def reference_file(self, exercise: str) -> Path:
        """Return the reference's file; raises `Mistake` if there is none."""
        path = self.root / REFERENCE / self._lesson_name(exercise) / f"{exercise}.py"
        if self.is_bundle:
            raise Mistake(
                f"{self.root} is a student's bundle, which has recordings and no references",
                "Do this in the course that it was made from.",
            )
        if not path.is_file():
            raise Mistake(f"there is no reference for {exercise}", f"Write it to {path.relative_to(self.root)}.")
        return path

    def recording(self, exercise: str, seed: int | None = None) -> Path:
        """Return where a bundle keeps an exercise, or what its reference gave on a seed."""
        name = exercise if seed is None else f"{exercise}-{seed}"
        return self.root / RECORDED / self._lesson_name(exercise) / f"{name}.safetensors"

    def answer_file(self, exercise: str) -> Path:
        """Return the file that changes whenever the right answer does: the reference, or a bundle's recording of it."""
        return self.recording(exercise) if self.is_bundle else self.reference_file(exercise)

    def _lesson_name(self, exercise: str) -> str:
        lesson = self.lesson_of(exercise)
        if lesson is None:
            import difflib  # noqa: PLC0415 - only for this message

            names = [name for each in self.lessons for name in each.exercises]
            close = difflib.get_close_matches(exercise, names, n=3, cutoff=0.5)
            cure = f"Did you mean {' or '.join(close)}?" if close else "`grade list` shows all exercises."
            raise Mistake(f"there is no exercise {exercise!r}", cure)
        return lesson.name


def find(start: Path, explicit: Path | None = None) -> Course:
    """Return the course named, else the nearest around `start`, else the one shipped with the package."""
    if explicit is not None:
        if not is_course(explicit):
            raise Mistake(f"{explicit} is not a course", "A course is a folder with exercises/ and reference/ in it.")
        return load(explicit)
    for folder in (start, *start.parents):
        if is_course(folder):
            return load(folder)
    return load(shipped())


def is_course(folder: Path) -> bool:
    """Tell whether a folder holds a course."""
    return (folder / "exercises").is_dir() and any((folder / answers).is_dir() for answers in (REFERENCE, RECORDED))


def shipped() -> Path:
    """Return the folder of the course in the wheel, or, in a checkout, the checkout's."""
    package = Path(__file__).parent
    return package / "pack" if (package / "pack").is_dir() else package.parent


def load(root: Path) -> Course:
    """Return the lessons of a course. Files whose names begin with "_" are not exercises."""
    lessons = []
    for folder in sorted(path for path in (root / "exercises").iterdir() if path.is_dir()):
        names = sorted(path.stem for path in folder.glob("*.py") if not path.name.startswith("_"))
        if names:
            lessons.append(_lesson(folder, names))
    seen: dict[str, str] = {}
    for lesson in lessons:
        for name in lesson.exercises:
            if name in seen:
                raise Mistake(
                    f"the lessons {seen[name]} and {lesson.name} both have an exercise {name}", "Rename one of them."
                )
            seen[name] = lesson.name
    return Course(root, tuple(lessons))


def _lesson(folder: Path, names: list[str]) -> Lesson:
    path = folder / LESSON
    if not path.is_file():
        return Lesson(folder.name, folder.name.replace("_", " ").capitalize(), tuple(names))
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        order = [str(name) for name in table.get("order", [])]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError) as error:
        raise Mistake(f"{path} cannot be read: {error}", 'It needs title = "..." and order = ["...", ...].') from None
    unknown = [name for name in order if name not in names]
    if unknown:
        raise Mistake(f"{path} lists {', '.join(unknown)}, but there is no such file", "Mend `order`.")
    rest = [name for name in names if name not in order]
    return Lesson(folder.name, str(table.get("title", folder.name)), (*order, *rest))
