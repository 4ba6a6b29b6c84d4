"""How to speak of a piece of code: by a number, by the arguments that a student knows, by what it is computed from."""

from __future__ import annotations

import ast

from grader.mutants.applied import name_of
from grader.mutants.changes import literal
from grader.mutants.formulas import SMALL
from grader.mutants.place import Place

Known = frozenset[str]

SIZES = {"shape", "size", "numel", "len"}
MOST = 3
"""So many arguments are named of what something is computed from."""


def noun(node: ast.AST, place: Place, known: Known) -> str:
    """Return how to speak of a piece of code: a number, an argument, a size, or what it is computed from."""
    value = literal(node)
    if value is not None:
        return f"{value}" if not isinstance(value, float) or abs(value) > SMALL else "a small number"
    own = own_name(node)
    if own in known:
        return f"`{own}`"
    if isinstance(node, ast.Call) and name_of(node) == "sqrt" and node.args:
        return f"the square root of {noun(node.args[0], place, known)}"
    values = _resolved(node, place)
    if any(_is_size(each) for each in values):
        return "the size of an axis"
    names = known_sources(values, place, known)
    return f"what is computed from {listed(names)}" if names else "something"


def of(node: ast.AST, place: Place, known: Known) -> str:
    """Return " of " and the noun, nothing where there is no noun."""
    said = noun(node, place, known)
    return "" if said == "something" else f" of {said}"


def own_name(node: ast.AST) -> str:
    """Return a plain name, or that of an attribute of `self`; "" for anything else."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def listed(names: list[str]) -> str:
    """Return names as a list in words."""
    return " and ".join([", ".join(f"`{name}`" for name in names[:-1])] * (len(names) > 1) + [f"`{names[-1]}`"])


def _is_size(node: ast.AST) -> bool:
    if isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Call):
        return name_of(node) in SIZES
    return isinstance(node, ast.Attribute) and node.attr in SIZES


def _resolved(node: ast.AST, place: Place) -> list[ast.AST]:
    """Return a node, or, if it is a local name, what is assigned to it."""
    if isinstance(node, ast.Name) and place.function is not None:
        return [node, *assigned(node.id, place)]
    return [node]


def assigned(name: str, place: Place) -> list[ast.AST]:
    """Return everything that is assigned to a local name."""
    if place.function is None:
        return []
    found: list[ast.AST] = []
    for node in ast.walk(place.function):
        if isinstance(node, ast.Assign) and any(
            isinstance(each, ast.Name) and each.id == name for target in node.targets for each in ast.walk(target)
        ):
            found.append(node.value)
    return found


def known_sources(nodes: list[ast.AST], place: Place, known: Known) -> list[str]:
    """Return the first of the names that a student knows among those that some code is computed from."""
    return [name for name in _sources(nodes, place) if name in known][:MOST]


def _sources(nodes: list[ast.AST], place: Place) -> list[str]:
    """Return the names that some code is computed from, those of its own first, then those behind local names."""
    todo, seen = [*nodes], dict[str, None]()
    while todo:
        for node in ast.walk(todo.pop(0)):
            name = own_name(node)
            if name and name not in seen:
                seen[name] = None
                todo += assigned(name, place)
    return list(seen)
