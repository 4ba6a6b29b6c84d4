"""A module's source -> its mutants: every way in which one place of it can be changed a little. Pure."""

from __future__ import annotations

import ast
import copy
import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from grader.verify.changes import CHANGES
from grader.verify.place import Place

SKIPPED = {"annotation", "returns", "decorator_list", "type_params", "bases", "pattern", "ctx", "op", "ops"}
"""What is no part of a computation."""

Path = tuple[tuple[str, int | None], ...]


@dataclass(frozen=True)
class Mutant:
    """One change: `kind` is the operator's name, `source` the whole module, `diff` what a person reads."""

    kind: str
    source: str
    diff: str


def mutants(source: str) -> tuple[Mutant, ...]:
    """Return the mutants of a module, each source once, in the order of the places."""
    tree = ast.parse(source)
    plain = ast.unparse(tree)
    found: dict[str, Mutant] = {}
    for path, place in _places(tree):
        for kind, change in CHANGES.items():
            for replacement in change(place):
                text = _replaced(tree, path, replacement)
                if text != plain and text not in found:
                    found[text] = Mutant(kind, text, difference(plain, text))
    return tuple(found.values())


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


def _replaced(tree: ast.Module, path: Path, replacement: ast.AST) -> str:
    """Return the source with the node at a path replaced."""
    changed = copy.deepcopy(tree)
    owner: Any = changed
    for field, index in path[:-1]:
        owner = _child(owner, field, index)
    field, index = path[-1]
    if index is None:
        setattr(owner, field, replacement)
    else:
        getattr(owner, field)[index] = replacement
    return ast.unparse(ast.fix_missing_locations(changed))


def _child(owner: Any, field: str, index: int | None) -> Any:
    value = getattr(owner, field)
    return value if index is None else value[index]
