"""The notebook as it would run from top to bottom: the saved file, and what was run since it was saved."""

from __future__ import annotations

import math
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from grader.live.question import Question, Ran
from grader.model import Cell, Submission
from grader.submission import read, read_bytes, sourced, with_cells

NOWHERE = "this notebook"
BLANK = Cell(index=-1, source="", where="")


class _Identity(msgspec.Struct):
    """A cell's id: a field of its own, or, in Colab, in its metadata."""

    id: str = ""
    metadata: dict[str, msgspec.Raw] = {}


class _Notebook(msgspec.Struct):
    cells: list[_Identity] = []


@dataclass(frozen=True)
class PageCell:
    """One cell of the page; `ran` is its last execution, None for one that has not run in this session."""

    id: str
    cell: Cell
    ran: Ran | None = None


@dataclass(frozen=True)
class Page:
    """The cells from top to bottom. `known` tells whether the notebook itself was there to be read."""

    submission: Submission
    cells: tuple[PageCell, ...]
    known: bool


def page(question: Question) -> Page:
    """Return the page. Raises `Mistake` if the notebook is there and cannot be read.

    The saved file says which cells there are and in what order. A cell that ran after the file was saved has the source
    that ran; one that the file does not have yet follows the cell that ran before it. Without a file, the cells are the
    latest versions of those that ran, in the order in which each ran first.
    """
    if question.page is not None:
        return _screen(question)
    if question.path and Path(question.path).is_file():
        return _merged(question, Path(question.path))
    return _session(question)


def latest(question: Question) -> dict[str, Ran]:
    """Return the last execution of every cell that has an id, by the order in which each ran first."""
    found: dict[str, Ran] = {}
    for ran in question.runs:
        if ran.cell:
            found[ran.cell] = ran
    return found


def _screen(question: Question) -> Page:
    """Return a notebook that the frontend handed out: it is what is on the screen, whatever ran."""
    with tempfile.TemporaryDirectory(prefix="grader-page-") as folder:
        path = Path(folder, "notebook.ipynb")
        path.write_bytes(msgspec.json.encode(question.page))
        return _merged(question, path, saved=math.inf)


def _merged(question: Question, path: Path, saved: float | None = None) -> Page:
    submission = read(path)
    saved = path.stat().st_mtime if saved is None else saved
    ids = _ids(read_bytes(path))
    executed = latest(question)
    cells = [
        _current(PageCell(ids.get(cell.index, ""), cell), executed, saved)
        for cell in submission.cells
        if question.deleted.get(ids.get(cell.index, ""), -math.inf) < saved
    ]
    cells = _with_new(cells, question, saved)
    return Page(_renumbered(submission, cells), tuple(cells), known=True)


def _current(found: PageCell, executed: dict[str, Ran], saved: float) -> PageCell:
    ran = executed.get(found.id)
    if ran is None or ran.at < saved:
        return replace(found, ran=ran)
    return PageCell(found.id, sourced(found.cell, ran.source), ran)


def _with_new(cells: list[PageCell], question: Question, saved: float) -> list[PageCell]:
    """Put in cells that ran after the file was saved and that it does not have.

    One without an id, of a frontend that gives ids, ran before `%load_ext grader`: it goes first, so that whatever it
    defines yields to what the page says.
    """
    page, newest = list(cells), latest(question)
    added, before, first = set[str](), "", 0
    for ran in question.runs:
        if ran.cell in question.deleted or ran.at < saved or not ran.ok:
            before = ran.cell or before
            continue
        if not ran.cell and not _is_among(ran, page) and not _is_among(ran, cells):
            page.insert(first if newest else len(page), _of_run(ran))
            first += 1
        if ran.cell and ran.cell not in added and not any(each.id == ran.cell for each in page):
            place = next((number + 1 for number, each in enumerate(page) if before and each.id == before), len(page))
            page.insert(place, _of_run(newest[ran.cell]))
            added.add(ran.cell)
        before = ran.cell or before
    return page


def _is_among(ran: Ran, cells: list[PageCell]) -> bool:
    """Tell whether an execution without an id is that of a cell: it has the same text."""
    source = sourced(BLANK, ran.source).source
    return any(source == each.cell.source or (each.ran is not None and each.ran.source == ran.source) for each in cells)


def _session(question: Question) -> Page:
    newest = latest(question)
    shown: dict[str, PageCell] = {}
    for number, ran in enumerate(question.runs):
        if ran.cell in question.deleted:
            continue
        if ran.cell:
            shown[ran.cell] = _of_run(newest[ran.cell])
        elif ran.ok:
            shown[f"\n{number}"] = _of_run(ran)
    cells = list(shown.values())
    empty = Submission(name=NOWHERE, notebook=True, cells=(), digest="")
    return Page(_renumbered(empty, cells), tuple(cells), known=False)


def _of_run(ran: Ran) -> PageCell:
    return PageCell(ran.cell, sourced(msgspec.structs.replace(BLANK, where=f"In [{ran.count}]"), ran.source), ran)


def _renumbered(submission: Submission, cells: list[PageCell]) -> Submission:
    """Return a submission of these cells; each has its place as its number, which is all that a cell's number is for."""
    numbered = tuple(
        msgspec.structs.replace(each.cell, index=place) for place, each in enumerate(cells) if each.cell.source.strip()
    )
    return with_cells(submission, numbered)


def _ids(data: bytes) -> dict[int, str]:
    try:
        cells = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=_Notebook).cells
    except msgspec.MsgspecError:
        return {}
    return {index: cell.id or _colab_id(cell) for index, cell in enumerate(cells)}


def _colab_id(cell: _Identity) -> str:
    try:
        return msgspec.json.decode(cell.metadata.get("id", msgspec.Raw(b'""')), type=str)
    except msgspec.MsgspecError:
        return ""
