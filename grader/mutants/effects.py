"""What code may do besides computing a value: what can be told of it without running it. Pure."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.mutants.applied import name_of

BINDING = (ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.Await)
WRITERS = {
    "append",
    "backward",
    "clear",
    "extend",
    "forward",
    "insert",
    "pop",
    "remove",
    "setdefault",
    "step",
    "update",
}
READERS = {"abs", "bool", "float", "int", "len", "list", "max", "min", "pow", "range", "round", "sum", "tuple", "zip"}
DRAWS = ("rand", "dropout", "bernoulli", "multinomial")


def is_unsure(node: ast.AST, outside: set[str]) -> bool:
    """Tell whether code may do more than compute a value; `outside` are the names that a module imports."""
    return any(True for _ in doubtful(node, outside))


def doubtful(node: ast.AST, outside: set[str]) -> Iterator[ast.AST]:
    """Yield what may write, draw, or bind: in-place methods, functions that are not known, `self`'s own modules."""
    for each in ast.walk(node):
        if isinstance(each, BINDING) or (isinstance(each, ast.Call) and _may_write(each, outside)):
            yield each


def _may_write(call: ast.Call, outside: set[str]) -> bool:
    name, root = name_of(call), call.func
    if name.endswith("_") or name in WRITERS or any(part in name for part in DRAWS):
        return True
    if any(each.arg in {"out", "inplace"} for each in call.keywords):
        return True
    if isinstance(root, ast.Name):
        return root.id not in outside | READERS
    while isinstance(root, ast.Attribute):
        root = root.value
    return isinstance(root, ast.Name) and root.id == "self"
