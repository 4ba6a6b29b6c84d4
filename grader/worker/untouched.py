"""Is a definition still as it was given out?"""

from __future__ import annotations

import ast
import functools
import hashlib


class Starter:
    """An exercise as it was given out, read when somebody defines its name."""

    def __init__(self, source: str) -> None:
        self._source = source

    @functools.cached_property
    def _tree(self) -> ast.Module:
        try:
            return ast.parse(self._source)
        except SyntaxError:
            return ast.Module(body=[], type_ignores=[])

    def has(self, node: ast.stmt) -> bool:
        """Tell whether a statement is one of the starter's."""
        return any(_outline(node) == _outline(own) and shape(node) == shape(own) for own in self._tree.body)

    def is_whole(self, tree: ast.Module) -> bool:
        """Tell whether a cell is the starter."""
        return _shape_of_script(tree) == _shape_of_script(self._tree)


def _outline(node: ast.stmt) -> tuple[type, ...]:
    """Return the kinds of a definition's statements, its docstring left out: cheap, and mostly enough to tell two apart."""
    body = getattr(node, "body", [])
    kinds = tuple(type(one) for one in body if not _is_text(one))
    return type(node), *(kinds or (ast.Pass,))


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _shape_of_script(tree: ast.Module) -> str:
    """Return the shape of a whole cell, its title and imports left out: a starter file has more of them than a cell."""
    idle = (ast.Import, ast.ImportFrom)
    texts = tree.body[:1] if ast.get_docstring(tree) is not None else []
    body = [node for node in tree.body if not isinstance(node, idle) and node not in texts]
    return shape(ast.Module(body=body, type_ignores=[]))


def shape(node: ast.AST) -> str:
    """Return a digest of code without its docstrings, annotations and layout."""
    return hashlib.sha256(ast.dump(_Bare().visit(ast.parse(ast.unparse(node)))).encode()).hexdigest()[:32]


class _Bare(ast.NodeTransformer):
    """Drops docstrings and annotations."""

    def _strip(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> ast.AST:
        self.generic_visit(node)
        if _is_text(node.body[0]):
            node.body = node.body[1:] or [ast.Pass()]
        if not isinstance(node, ast.ClassDef):
            node.returns = None
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = _strip  # noqa: N815 - ast's names

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node
