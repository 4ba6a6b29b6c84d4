"""Which exercises a submission answers: metadata, else the names it defines, else what was asked for."""

from __future__ import annotations

import re

from grader.course import Course
from grader.errors import Mistake
from grader.model import Submission

DEFINED = re.compile(r"^(?:async\s+def|def|class)\s+(\w+)|^(\w+)\s*(?::[^=\n]+)?=(?!=)", re.MULTILINE)


def exercises(submission: Submission, course: Course, lesson: str | None, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Return exercise names in the lesson's order. Raises `Mistake`, with the choices, where it is not clear."""
    if wanted:
        for name in wanted:
            course.exercise_file(name)
        return wanted
    if lesson is not None:
        return course.lesson(lesson).exercises
    if submission.exercises:
        return exercises(submission, course, None, submission.exercises)
    if submission.lesson is not None:
        return course.lesson(submission.lesson).exercises
    return _by_names(submission, course)


def concerns(submission: Submission, course: Course) -> bool:
    """Tell whether a file has to do with a course: it says so, or it defines one of its exercises."""
    return bool(submission.exercises or submission.lesson or _defined(submission, course))


def _defined(submission: Submission, course: Course) -> dict[str, tuple[str, ...]]:
    """Return the exercises that a file defines, by lesson."""
    defined = {name for cell in submission.cells for match in DEFINED.findall(cell.source) for name in match if name}
    tagged = {tag.partition(":")[2] for cell in submission.cells for tag in cell.tags if tag.startswith("exercise:")}
    found = {each.name: tuple(name for name in each.exercises if name in defined | tagged) for each in course.lessons}
    return {name: names for name, names in found.items() if names}


def _by_names(submission: Submission, course: Course) -> tuple[str, ...]:
    found = _defined(submission, course)
    if len(found) == 1:
        return next(iter(found.values()))
    if found:
        raise Mistake(
            f"{submission.name} defines exercises of the lessons {' and '.join(found)}",
            "Say which is meant: " + " or ".join(f"--lesson {name}" for name in found),
        )
    choices = ", ".join(name for each in course.lessons for name in each.exercises)
    raise Mistake(
        f"{submission.name} defines none of this course's exercises",
        f"Name the exercise with --exercise; the course {course.root} has: {choices or 'none'}.",
    )
