"""Where a mutation looks: a node, and what is around it."""

from __future__ import annotations

import ast
from dataclasses import dataclass

ATTRIBUTES = {"shape", "dtype", "device", "ndim", "T", "size", "numel", "dim"}
"""What a tensor tells of itself: no number of the answer goes through it."""


@dataclass(frozen=True)
class Place:
    """A node, the field of its parent that holds it, and the innermost function around it."""

    node: ast.AST
    role: str
    parent: ast.AST
    function: ast.FunctionDef | ast.AsyncFunctionDef | None = None

    @property
    def parameters(self) -> tuple[str, ...]:
        """Return the names of the innermost function's parameters, without `self`."""
        if self.function is None:
            return ()
        arguments = self.function.args
        return tuple(arg.arg for arg in (*arguments.args, *arguments.kwonlyargs) if arg.arg != "self")

    @property
    def is_number(self) -> bool:
        """Tell whether the node computes something whose value matters: not a callee, an index, a format, a module."""
        if self.function is None or self.role in {"func", "slice", "test", "defaults", "kw_defaults", "targets"}:
            return False
        if isinstance(self.parent, ast.keyword | ast.Attribute | ast.FormattedValue | ast.JoinedStr | ast.Slice):
            return False
        if isinstance(self.node, ast.Name):
            return isinstance(self.node.ctx, ast.Load) and self.node.id in self.local
        if isinstance(self.node, ast.Call):
            return not _tells(self.node.func)
        return isinstance(self.node, ast.BinOp | ast.Subscript) and not _tells(self.node)

    @property
    def local(self) -> frozenset[str]:
        """Return the names that the innermost function binds."""
        if self.function is None:
            return frozenset()
        stored = {n.id for n in ast.walk(self.function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        return frozenset(stored | set(self.parameters))


def _tells(node: ast.expr) -> bool:
    if isinstance(node, ast.Subscript):
        node = node.value
    return isinstance(node, ast.Attribute) and node.attr in ATTRIBUTES
