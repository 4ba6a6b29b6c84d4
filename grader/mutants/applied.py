"""Calls: what is called, and what it is applied to, as a function `f(x)` or as a method `x.f()`."""

from __future__ import annotations

import ast

from grader.mutants.changes import AXES, changed_to, is_module
from grader.mutants.place import Place

REDUCTIONS = {"sum", "mean", "amax", "amin", "logsumexp", "softmax", "log_softmax", "std", "var", "norm", "cumsum"}
REDUCTIONS |= {"max", "min", "argmax", "argmin", "prod", "median", "vector_norm", "normalize", "all", "any", "sort"}
"""Functions whose first argument after the tensor names an axis, or whose number there does."""


def name_of(node: ast.Call) -> str:
    """Return the last part of what a call calls."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def argument_of(node: ast.AST, place: Place) -> ast.expr | None:
    """Return what a call is applied to: the object of a method, the first argument of a function."""
    if not isinstance(node, ast.Call):
        return None
    if isinstance(node.func, ast.Attribute) and not is_module(node.func.value, place):
        return node.func.value
    return node.args[0] if node.args else None


def is_own(call: ast.Call, place: Place) -> bool:
    """Tell whether a call is that of a tensor's method."""
    return isinstance(call.func, ast.Attribute) and not is_module(call.func.value, place)


def applied(call: ast.Call, to: ast.AST, place: Place) -> ast.AST:
    """Return the same call applied to something else."""
    if isinstance(call.func, ast.Attribute) and not is_module(call.func.value, place):
        return changed_to(call, func=changed_to(call.func, value=to))
    return changed_to(call, args=[to, *call.args[1:]])


def axis_of(node: ast.Call, place: Place) -> ast.expr | None:
    """Return the axis that a call is given, by name or behind what it is applied to."""
    named = [each.value for each in node.keywords if each.arg in AXES]
    return next(iter([*named, *(each for each in node.args if each is not argument_of(node, place))]), None)


def names_axis(place: Place) -> bool:
    """Tell whether a number says along which axis a function works."""
    parent = place.parent
    if isinstance(parent, ast.keyword):
        return parent.arg in AXES
    if not isinstance(parent, ast.Call) or place.role != "args" or name_of(parent) not in REDUCTIONS:
        return False
    own = is_own(parent, place)
    return parent.args.index(place.node) == (0 if own else 1)  # type: ignore[arg-type]


def is_size(place: Place) -> bool:
    """Tell whether a number says which axis's size is meant."""
    parent = place.parent
    of_shape = isinstance(parent, ast.Subscript) and ends(parent.value, "shape")
    of_size = isinstance(parent, ast.Call) and place.role == "args" and name_of(parent) == "size"
    return (of_shape and place.role == "slice") or of_size


def ends(node: ast.AST, name: str) -> bool:
    """Tell whether code is an attribute of some name."""
    return isinstance(node, ast.Attribute) and node.attr == name
