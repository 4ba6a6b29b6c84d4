"""Two ways to run a notebook: from top to bottom as it is now, and as it happened in this session; and why they differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from grader.live.effects import Statement, chain, names_needed, needed, statements
from grader.live.page import BLANK, Page
from grader.live.question import Question, Ran
from grader.model import Cell, Submission
from grader.submission import sourced, with_cells

SLOW_S = 2.0
"""A cell that took longer is left out where nothing that is graded rests on it."""
MOST_REASONS = 4


@dataclass(frozen=True)
class Versions:
    """`fresh` is the notebook from top to bottom; `here` what happened, None where that comes to the same.

    `left_out` names slow cells that nothing asked for rests on; `reasons` say in sentences why the two may differ.
    """

    fresh: Submission
    here: Submission | None
    left_out: tuple[str, ...]
    reasons: tuple[str, ...]


def versions(page: Page, question: Question, roots: tuple[str, ...]) -> Versions:
    """Return what to run for exercises; `roots` are the names that they ask for."""
    fresh = statements(each.cell.source for each in page.cells)
    working = {one.place for one in fresh if one.works}
    kept = {one.place for one in needed(fresh, roots)}
    slow = [
        each
        for place, each in enumerate(page.cells)
        if place not in kept and each.ran is not None and each.ran.seconds > SLOW_S and place in working
    ]
    left = {id(each.cell) for each in slow}
    cells = tuple(
        sourced_at(place, each.cell)
        for place, each in enumerate(page.cells)
        if id(each.cell) not in left and each.cell.source.strip()
    )
    submission = with_cells(page.submission, cells)
    here = _here(question, roots)
    happened = statements(cell.source for cell in here)
    same = [one.text for one in needed(happened, roots)] == [one.text for one in needed(fresh, roots)]
    return Versions(
        fresh=submission,
        here=None if same or not here else with_cells(page.submission, here),
        left_out=tuple(each.cell.where for each in slow),
        reasons=() if same else tuple(_reasons(page, question, fresh, roots))[:MOST_REASONS],
    )


def sourced_at(place: int, cell: Cell) -> Cell:
    """Return a cell whose number is its place."""
    return Cell(index=place, source=cell.source, where=cell.where, tags=cell.tags)


def _ran(question: Question) -> tuple[Ran, ...]:
    return tuple(ran for ran in question.runs if ran.ok)


def _here(question: Question, roots: tuple[str, ...]) -> tuple[Cell, ...]:
    """Return the executions that the names rest on, in the order in which they happened."""
    runs = _ran(question)
    places = sorted({one.place for one in needed(statements(_source(ran) for ran in runs), roots)})
    blanks = [Cell(index=number, source="", where=f"In [{runs[place].count}]") for number, place in enumerate(places)]
    return tuple(sourced(blank, runs[place].source) for blank, place in zip(blanks, places, strict=True))


def _source(ran: Ran) -> str:
    return sourced(BLANK, ran.source).source


def _reasons(page: Page, question: Question, fresh: tuple[Statement, ...], roots: tuple[str, ...]) -> Iterator[str]:
    runs = _ran(question)
    happened = statements(_source(ran) for ran in runs)
    where = {each.id: each.cell.where for each in page.cells if each.id}
    found = False
    for name in dict.fromkeys((*names_needed(happened, roots), *names_needed(fresh, roots))):
        ours, theirs = chain(happened, name), chain(fresh, name)
        if [one.text for one in ours] != [one.text for one in theirs]:
            found = True
            if ours and not theirs:
                yield f"`{name}` {_gone(runs[ours[-1].place], where)}"
            elif theirs and not ours:
                yield f"`{name}` is set in {page.cells[theirs[-1].place].cell.where}, which has not run here as it is now"
            else:
                yield _other(name, runs[ours[-1].place], page, theirs, where)
    if not found:
        yield "the cells ran in another order than the one they stand in"


def _gone(ran: Ran, where: dict[str, str]) -> str:
    if ran.cell in where:
        return f"is set by an earlier version of {where[ran.cell]}"
    return f"is set by a cell that is no longer in the notebook (In [{ran.count}])"


def _other(name: str, ran: Ran, page: Page, theirs: tuple[Statement, ...], where: dict[str, str]) -> str:
    last = page.cells[theirs[-1].place]
    if ran.cell and ran.cell == last.id:
        if last.ran is not None and _source(last.ran) == last.cell.source:
            return f"`{name}` was changed by {last.cell.where} more than once, or before something else was"
        return f"`{name}` is set by an earlier version of {last.cell.where}: run that cell again"
    ours = where.get(ran.cell, f"a cell that is no longer in the notebook (In [{ran.count}])")
    return f"`{name}` was last set by {ours} here, and by {last.cell.where} from top to bottom"
