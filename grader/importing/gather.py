"""What every source has in common: functions that are asked for, tests that call them, and the text above."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from grader.importing.cells import SourceCell, definitions, names_in, parsed
from grader.importing.markers import AUTOTEST
from grader.importing.values import Draft, Problem, Snippet, Source

MOST_DRAFTS = 200
"""A lesson has a dozen exercises; what has more means harm."""


@dataclass
class Gathering:
    """Goes through a notebook's cells and gathers drafts; only the functions that read one source hold it."""

    drafts: list[Draft] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)

    def problem(self, where: str, reason: str) -> None:
        """Note what could not be imported."""
        self.problems.append(Problem(where, reason))

    def statement(self) -> str:
        """Return the text since the last answer, and begin anew."""
        said, self.text = "\n\n".join(self.text), []
        return said

    def answer(
        self, where: str, solution: str, starter: str, *, points: float | None = None, statement: str | None = None
    ) -> list[Draft]:
        """Add a draft for each function in an answer's cell, and return them; say what the others are."""
        said = self.statement() if statement is None else statement
        tree = parsed(solution or starter)
        if tree is None:
            self.problem(where, "the answer is no Python that can be read")
            return []
        found = list(definitions(tree))
        drafts = []
        for node in found:
            if isinstance(node, ast.ClassDef):
                self.problem(where, f"{node.name} is a class; write its stub by hand, `forward` with annotations")
            elif not node.name.startswith("_"):
                drafts.append(Draft(node.name, where, said, starter, solution, (), points, tuple(self.before)))
        if not found:
            self.problem(where, "the answer defines no function, only variables; write it by hand, with outputs=[...]")
        self.drafts += drafts
        self.before.append(solution or starter)
        return drafts

    def test(self, snippet: Snippet, points: float | None) -> None:
        """Give a test to the function that it calls, the last one asked for."""
        tree = parsed(AUTOTEST.sub(r"\1\2", snippet.source))
        if tree is None:
            self.problem(snippet.where, "the test is no Python that can be read")
            return
        used = names_in(tree)
        for index in reversed(range(len(self.drafts))):
            draft = self.drafts[index]
            if draft.name in used:
                total = (draft.points or 0.0) + points if points is not None else draft.points
                self.drafts[index] = replace(draft, tests=(*draft.tests, snippet), points=total)
                return
        self.problem(snippet.where, "the test calls no function that an answer above defines")

    def finish(self, lesson: str, name: str) -> Source:
        """Return all that was gathered; each draft knows the names of all, and only one of a name is kept."""
        asked = frozenset(draft.name for draft in self.drafts)
        kept: dict[str, Draft] = {}
        for draft in self.drafts[:MOST_DRAFTS]:
            if draft.name in kept:
                self.problem(draft.where, f"{draft.name} is defined again; the one in {kept[draft.name].where} counts")
            else:
                kept[draft.name] = replace(draft, asked=asked, points=draft.points or None)
        if len(self.drafts) > MOST_DRAFTS:
            self.problem(name, f"only the first {MOST_DRAFTS} of {len(self.drafts)} functions were looked at")
        return Source(lesson, name, tuple(kept.values()), tuple(self.problems))


def has_asserts(cell: SourceCell) -> bool:
    """Tell whether a cell checks something."""
    tree = cell.tree()
    return tree is not None and any(isinstance(node, ast.Assert) for node in ast.walk(tree))


def joined(cells: Sequence[SourceCell]) -> str:
    """Return several cells' text as one."""
    return "\n\n".join(cell.source for cell in cells)
