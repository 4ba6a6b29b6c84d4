"""Similar code as an HTML page: each pair side by side, with the lines marked that hardly anybody else has."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader import gradebook
from grader.course import Course
from grader.errors import Mistake
from grader.gradebook import Gradebook, Policy
from grader.overview.page import STYLES
from grader.overview.similar import Line, Reader, Script, pairs
from grader.report import html, text
from grader.starters import IMPORTS

FILE = "similar.html"
AROUND = 2
"""So many lines before and after a shared one are shown."""


def write_similar(book: Gradebook, policy: Policy, course: Course, folder: Path) -> Path:
    """Write the page of similar code and return its path. Raises `Mistake` if it cannot be written."""
    people = {grade.student.key: grade.student.name or grade.student.key for grade in gradebook.grades(book, policy)}
    whose: dict[str, set[str]] = defaultdict(set)
    for each in gradebook.hand_ins(book):
        whose[each.digest].add(each.student)
    students = {digest: frozenset(keys) for digest, keys in whose.items()}
    reader = Reader(starter_texts(course))
    scripts = [reader.read(source) for source in gradebook.sources(book, frozenset(students))]
    names = {digest: ", ".join(sorted(people[key] for key in keys)) for digest, keys in students.items()}
    made = html.page(
        "class_similar.html",
        STYLES,
        pairs=pairs(scripts, students),
        scripts=len(scripts),
        same=sorted(sorted(people[key] for key in keys) for keys in students.values() if len(keys) > 1),
        names_of=lambda script: names[script.digest],
        shown=shown_lines,
    )
    path = folder / FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(made, encoding="utf-8")
    except OSError as error:
        raise Mistake(f"{path} cannot be written: {error.strerror}", "Give another folder.") from None
    return path


def starter_texts(course: Course) -> Iterator[str]:
    """Yield all that a course gives to its students: stubs, the usual imports, the code of its notebooks."""
    yield IMPORTS
    for lesson in course.lessons:
        for name in lesson.exercises:
            yield course.exercise_file(name).read_text(encoding="utf-8", errors="replace")
        for path in sorted((course.root / "exercises" / lesson.name).glob("*.ipynb")):
            yield from _cells(path)


def _cells(path: Path) -> Iterator[str]:
    """Yield the sources of a course's own notebook; one that cannot be read has none."""
    try:
        notebook: Mapping[str, list[dict[str, list[str] | str]]] = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            source = cell.get("source", "")
            yield source if isinstance(source, str) else "".join(source)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return


@dataclass(frozen=True)
class ShownLine:
    """One line of a listing."""

    number: str
    text: str
    marked: bool


def shown_lines(script: Script, marked: frozenset[Line]) -> Iterator[ShownLine | None]:
    """Yield a script's shared lines and those around them; None stands for lines that are left out."""
    near = {
        place
        for place, (line, _) in enumerate(script.lines)
        if any(
            script.lines[other][0] in marked
            for other in range(max(0, place - AROUND), min(len(script.lines), place + AROUND + 1))
        )
    }
    before = -1
    cells = len({line[0] for line, _ in script.lines}) > 1
    for place in sorted(near):
        if place != before + 1:
            yield None
        before = place
        (cell, row), source = script.lines[place]
        yield ShownLine(f"{cell + 1}:{row}" if cells else str(row), text.clean(source, 400), (cell, row) in marked)
    if before + 1 < len(script.lines):
        yield None
