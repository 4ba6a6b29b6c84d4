"""Drafts -> files, both of an exercise or none; a file that is there is never touched."""

from __future__ import annotations

import keyword
from pathlib import Path

from grader.errors import Mistake
from grader.importing.draws import UnsupportedError
from grader.importing.stub import make
from grader.importing.values import Draft, Problem, Source, Written


def write(source: Source, root: Path, taken: frozenset[str]) -> tuple[list[Written], list[Problem]]:
    """Write what can be made of a source into the course at `root`, and return it, with all that could not.

    `taken` are the names of exercises that the course has.
    """
    written, problems = list[Written](), list(source.problems)
    names = set(taken)
    for draft in source.drafts:
        if draft.name in names:
            problems.append(Problem(draft.where, f"{draft.name} is an exercise of this course already; rename one"))
            continue
        try:
            one, left_out = _write_one(draft, source.lesson, root)
        except UnsupportedError as error:
            problems.append(Problem(draft.where, f"{draft.name} was not imported: {error}"))
            continue
        names.add(draft.name)
        written.append(one)
        problems += left_out
    return written, problems


def _write_one(draft: Draft, lesson: str, root: Path) -> tuple[Written, list[Problem]]:
    if keyword.iskeyword(draft.name) or not draft.name.isascii() or draft.name.startswith("_"):
        raise UnsupportedError("an exercise's name is made of plain letters, and does not begin with _")
    try:
        made = make(draft)
    except RecursionError:
        raise UnsupportedError("its code nests too deeply") from None
    exercise = root / "exercises" / lesson / f"{draft.name}.py"
    reference = root / "reference" / lesson / f"{draft.name}.py"
    for path in (exercise, reference):
        if path.exists() or path.is_symlink():
            raise UnsupportedError(f"{path.relative_to(root)} is there already; nothing was changed")
    try:
        for path in (exercise, reference):
            path.parent.mkdir(parents=True, exist_ok=True)
        _create(exercise, made.exercise)
        try:
            _create(reference, made.reference)
        except OSError:
            exercise.unlink()  # it was written two lines above
            raise
    except OSError as error:
        raise Mistake(f"{error.filename or root} cannot be written: {error.strerror}", "Give another --into.") from None
    ours, theirs = (str(path.relative_to(root)) for path in (exercise, reference))
    return Written(draft.name, ours, theirs, made.scenarios, made.todos), list(made.problems)


def _create(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
