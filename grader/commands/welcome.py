"""`grade` alone: what can be done here and now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from grader import course, discover
from grader.commands.course import reached_in
from grader.course import Course, shipped
from grader.errors import Mistake
from grader.model import Outcome
from grader.progress import Reached
from grader.report.text import OUTCOMES, count, earned, one_line, points
from grader.submission import read

MOST_FILES = 5
MOST_READ = 60
"""Files that are looked into; a folder may hold thousands."""
MOST_BYTES = 4 << 20
CLASS = 3
"""From so many folders with something to grade on, a folder is taken for a class."""


def welcome(folder: Path) -> str:
    """Return what can be done in a folder: its files with exercises, a class, a course, what comes next."""
    found = course.find(folder)
    reached = reached_in(found)
    lines = [*_files(folder, found, reached), *_class(folder), *_course(folder, found, reached)]
    return "\n".join([*lines, "", *_row("grade --help", "all commands")])


def _row(command: str, meaning: str) -> list[str]:
    return [f"  {command:<32}  {meaning}".rstrip()]


def _files(folder: Path, found: Course, reached: Mapping[str, Reached]) -> Iterator[str]:
    """Yield the files that answer exercises, the one that was saved last on top."""
    rows = []
    for path in _candidates(folder):
        try:
            names = discover.exercises(read(path), found, None, ())
        except Mistake:
            continue
        rows += _row(
            f"grade {_quoted(path.name)}", ", ".join(_told(name, reached) for name in names[:3]) + _more(names)
        )
        if len(rows) == MOST_FILES:
            break
    if rows:
        yield "In this folder"
        yield from rows
        yield from _row(rows[0].split("  ")[1].replace("grade ", "grade --watch ", 1), "the same at every save")
        yield ""


def _candidates(folder: Path) -> list[Path]:
    try:
        files = [path for path in folder.iterdir() if path.suffix.lower() in {".py", ".ipynb"} and path.is_file()]
        files = [path for path in files if path.stat().st_size <= MOST_BYTES]
        return sorted(files, key=lambda path: path.stat().st_mtime, reverse=True)[:MOST_READ]
    except OSError:
        return []


def _quoted(name: str) -> str:
    import shlex  # noqa: PLC0415 - only here

    return shlex.quote(one_line(name, 120))


def _told(name: str, reached: Mapping[str, Reached]) -> str:
    best = reached.get(name)
    if best is None or not best.tries:
        return name
    sign = OUTCOMES[Outcome.PASSED if best.passed else Outcome.WRONG].glyph
    return f"{name} {sign} {earned(best.points, best.max_points)}/{points(best.max_points)}"


def _more(names: tuple[str, ...]) -> str:
    return f" and {len(names) - 3} more" if len(names) > 3 else ""


def _class(folder: Path) -> Iterator[str]:
    try:
        inside = [path for path in sorted(folder.iterdir())[:MOST_READ] if path.is_dir() and path.name[:1] not in "._"]
        filled = [path for path in inside if any(path.glob("*.ipynb")) or any(path.glob("*.py"))]
    except OSError:
        return
    if (folder / "grades.db").is_file():
        yield from ("A gradebook is here", *_row("grade show", "what it holds"), "")
    if len(filled) >= CLASS and not course.is_course(folder) and not (folder / "pyproject.toml").is_file():
        yield f"This looks like a class: {count(len(filled), 'folder')} with notebooks or modules"
        yield from (*_row("grade .", "grade them all into a gradebook"), "")


def _course(folder: Path, found: Course, reached: Mapping[str, Reached]) -> Iterator[str]:
    where = "The shipped course" if found.root == shipped() else f"The course in {found.root}"
    lessons = ", ".join(f"{lesson.name} ({count(len(lesson.exercises), 'exercise')})" for lesson in found.lessons)
    yield f"{where}: {lessons or 'no exercise yet'}"
    names = [name for lesson in found.lessons for name in lesson.exercises]
    done = [name for name in names if name in reached and reached[name].passed]
    if names:
        yield from _row("grade list", f"the exercises, {len(done)} of {len(names)} done" if done else "the exercises")
        left = [name for name in names if name not in done]
        tried = [name for name in left if name in reached and reached[name].tries]
        if tried:
            yield from _row(f"grade hint {tried[0]}", "a hint for what you have begun")
        fresh = [name for name in left if name not in tried and not (folder / f"{name}.py").exists()]
        whole = [
            each.name
            for each in found.lessons
            if (found.root / "exercises" / each.name / f"{each.name}.ipynb").is_file()
        ]
        if whole and len(fresh) == len(names):
            yield from _row(f"grade new {whole[0]}", "begin the lesson: a notebook with all of it")
        if fresh:
            yield from _row(f"grade new {fresh[0]}", "begin this exercise")
    if found.root != shipped() and folder.is_relative_to(found.root):
        yield from _row("grade verify", "check the exercises, for their author")
