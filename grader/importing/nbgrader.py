"""nbgrader's source notebooks: cell metadata of schema 3, and of 1 and 2, whose fields mean the same.

Schema: nbgrader/nbgraderformat/v3.json. A cell with `solution` is an answer, one with `grade` is worth `points`; both
together is graded by hand. https://nbgrader.readthedocs.io/en/stable/contributor_guide/metadata.html
"""

from __future__ import annotations

from pathlib import Path

from grader.importing.cells import SourceCell, lesson_name, read_cells
from grader.importing.gather import Gathering
from grader.importing.markers import NBGRADER_STUB, UnbalancedError, without_markers, without_solution
from grader.importing.values import Snippet, Source

SCHEMA = 3


def read_nbgrader(path: Path, lesson: str | None = None) -> Source:
    """Return what a source notebook asks for. Raises `Mistake` for what is no notebook."""
    gathering = Gathering()
    old = set[int]()
    marked = False
    for cell in read_cells(path):
        if cell.nbgrader is None:
            _unmarked(cell, gathering)
            continue
        marked = True
        version = cell.nbgrader.get("schema_version", 0)
        if not isinstance(version, int) or version > SCHEMA:
            gathering.problem(
                cell.where, f"its nbgrader metadata has the schema {version!r}; {SCHEMA} is the newest known"
            )
            continue
        old |= {version} if version < SCHEMA else set()
        _marked(cell, cell.nbgrader, gathering)
    if old:
        versions = " and ".join(map(str, sorted(old)))
        gathering.problem(
            path.name,
            f"cells with the old schema {versions} were read as schema {SCHEMA}; `nbgrader update` does so for good",
        )
    if not marked:
        gathering.problem(path.name, "no cell has nbgrader's metadata: is this a source notebook?")
    return gathering.finish(lesson or lesson_name(path), path.name)


def _unmarked(cell: SourceCell, gathering: Gathering) -> None:
    if cell.kind == "markdown":
        gathering.text.append(cell.source)
    elif cell.kind == "code":
        gathering.before.append(cell.source)


def _marked(cell: SourceCell, meta: dict[str, object], gathering: Gathering) -> None:
    grade, solution = meta.get("grade") is True, meta.get("solution") is True
    if meta.get("task") is True:
        gathering.problem(cell.where, "a task is graded by hand")
    elif solution and cell.kind != "code":
        gathering.statement()
        gathering.problem(cell.where, "a written answer is graded by hand")
    elif solution:
        _answer(cell, gathering, by_hand=grade, points=_points(meta) if grade else None)
    elif grade and cell.kind == "code":
        gathering.test(Snippet(cell.where, cell.source), _points(meta))
    else:
        _unmarked(cell, gathering)


def _answer(cell: SourceCell, gathering: Gathering, *, by_hand: bool, points: float | None) -> None:
    try:
        starter = without_solution(cell.source, NBGRADER_STUB)
    except UnbalancedError as error:
        gathering.problem(cell.where, f"its solution is not marked well: {error}")
        return
    if starter == cell.source:  # nothing is marked: all of it is the solution
        starter = ""
    drafts = gathering.answer(cell.where, without_markers(cell.source), starter, points=points)
    if by_hand and drafts:
        names = ", ".join(draft.name for draft in drafts)
        gathering.problem(cell.where, f"{names} was graded by hand there; here what it returns is compared")


def _points(meta: dict[str, object]) -> float:
    points = meta.get("points")
    return float(points) if isinstance(points, int | float) and 0 <= points < 1e6 else 0.0
