"""A lesson's notebook: a starter cell, and directly below it a cell tagged `solution` that defines the same names."""

from __future__ import annotations

from pathlib import Path

from grader.importing.cells import SourceCell, definitions, lesson_name, read_cells
from grader.importing.gather import Gathering, has_asserts
from grader.importing.markers import NBGRADER_STUB, UnbalancedError, without_markers, without_solution
from grader.importing.values import Snippet, Source
from grader.submission import SOLUTION


def read_lesson(path: Path, lesson: str | None = None) -> Source:
    """Return what a lesson asks for. Raises `Mistake` for what is no notebook."""
    gathering = Gathering()
    cells = read_cells(path)
    if not any(SOLUTION in cell.tags for cell in cells):
        gathering.problem(path.name, f"no cell has the tag {SOLUTION!r}: add it to each cell with an answer")
    starter: SourceCell | None = None
    for cell in cells:
        if cell.kind == "markdown":
            gathering.text.append(cell.source)
        elif cell.kind == "code" and SOLUTION in cell.tags:
            _answer(cell, starter, gathering)
            starter = None
        elif cell.kind == "code":
            if starter is not None:
                _passed_over(starter, gathering)
            starter = cell
    if starter is not None:
        _passed_over(starter, gathering)
    return gathering.finish(lesson or lesson_name(path), path.name)


def _passed_over(cell: SourceCell, gathering: Gathering) -> None:
    """Take a cell that is no starter for what it is: a test, or code that others build on."""
    if has_asserts(cell) and gathering.drafts:
        gathering.test(Snippet(cell.where, cell.source), None)
    else:
        gathering.before.append(cell.source)


def _answer(cell: SourceCell, starter: SourceCell | None, gathering: Gathering) -> None:
    try:
        stripped = without_solution(cell.source, NBGRADER_STUB)
    except UnbalancedError as error:
        gathering.problem(cell.where, f"its solution is not marked well: {error}")
        return
    names = _names(cell)
    if starter is not None and names & _names(starter):
        lacking = sorted(names - _names(starter))
        if lacking:
            gathering.problem(cell.where, f"the starter above does not define {', '.join(lacking)}")
        gathering.answer(cell.where, without_markers(cell.source), starter.source)
        return
    if starter is not None:
        _passed_over(starter, gathering)
    if names:
        told = "the cell above is no starter of it; one was made from the signature"
        gathering.problem(cell.where, f"{', '.join(sorted(names))}: {told}")
    gathering.answer(cell.where, without_markers(cell.source), stripped if stripped != cell.source else "")


def _names(cell: SourceCell) -> set[str]:
    tree = cell.tree()
    return {node.name for node in definitions(tree)} if tree else set()
