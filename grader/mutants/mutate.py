"""A module's source -> its mutants: every way in which one place of it can be changed a little. Pure."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.mutants.changes import CHANGES, Change
from grader.mutants.place import Place

SKIPPED = {"annotation", "returns", "decorator_list", "type_params", "bases", "pattern", "ctx", "op", "ops"}
"""What is no part of a computation."""

Path = tuple[tuple[str, int | None], ...]


@dataclass(frozen=True)
class Mutant:
    """One change: `kind` is the operator's name, `source` the whole module, `diff` what a person reads."""

    kind: str
    source: str
    diff: str


@dataclass(frozen=True, eq=False)
class Edit:
    """One change of a tree: what stands at `path` is replaced; `choice` counts what the operator offered there."""

    kind: str
    path: Path
    place: Place
    replacement: ast.AST
    choice: int


def mutants(source: str) -> tuple[Mutant, ...]:
    """Return the mutants of a module, each source once, in the order of the places."""
    tree = ast.parse(source)
    plain = ast.unparse(tree)
    found: dict[str, Mutant] = {}
    for edit in edits(tree, CHANGES):
        text = edited(tree, (edit,))
        if text != plain and text not in found:
            found[text] = Mutant(edit.kind, text, difference(plain, text))
    return tuple(found.values())


def edits(tree: ast.Module, changes: Mapping[str, Change]) -> Iterator[Edit]:
    """Yield every change of a module that some operators offer, place by place."""
    for path, place in _places(tree):
        for kind, change in changes.items():
            for choice, replacement in enumerate(change(place)):
                yield Edit(kind, path, place, replacement, choice)


def edited(tree: ast.Module, chosen: Sequence[Edit]) -> str:
    """Return a module's source with some changes made, the inner ones first. The tree is left as it was."""
    inward = sorted(chosen, key=lambda edit: len(edit.path), reverse=True)
    before = [_set(tree, edit.path, edit.replacement) for edit in inward]
    try:
        return ast.unparse(ast.fix_missing_locations(tree))
    finally:
        for edit, node in zip(reversed(inward), reversed(before), strict=True):
            _set(tree, edit.path, node)


def difference(before: str, after: str) -> str:
    """Return a unified diff of two sources, with one line around each change."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), "reference", "mutant", lineterm="", n=1)
    return "\n".join(lines)


def _places(tree: ast.Module) -> Iterator[tuple[Path, Place]]:
    for index, statement in enumerate(tree.body):
        if not isinstance(statement, ast.Import | ast.ImportFrom):
            yield from _below((("body", index),), Place(node=statement, role="body", parent=tree))


def _below(path: Path, place: Place) -> Iterator[tuple[Path, Place]]:
    node = place.node
    yield path, place
    function = node if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else place.function
    for field, value in ast.iter_fields(node):
        if field in SKIPPED:
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.AST):
                inner = Place(node=child, role=field, parent=node, function=function)
                yield from _below((*path, (field, index)), inner)


def _set(tree: ast.Module, path: Path, replacement: ast.AST) -> ast.AST:
    """Put a node at a path, and return the one that was there."""
    owner: Any = tree
    for field, index in path[:-1]:
        owner = _child(owner, field, index)
    field, index = path[-1]
    before: ast.AST = _child(owner, field, index)
    if index is None:
        setattr(owner, field, replacement)
    else:
        getattr(owner, field)[index] = replacement
    return before


def _child(owner: Any, field: str, index: int | None) -> Any:
    value = getattr(owner, field)
    return value if index is None else value[index]
