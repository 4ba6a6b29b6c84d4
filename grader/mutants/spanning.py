"""The changes of a module that span its named steps: what nobody finds who looks at one expression at a time. Pure."""

from __future__ import annotations

import ast
import copy
import itertools
from collections.abc import Iterator

from grader.mutants.changes import changed_to
from grader.mutants.inlined import STEP, Replacing, has_step
from grader.mutants.mutate import Edit, edits
from grader.mutants.place import Place
from grader.mutants.usual import SPANNING, USUAL


def spanning(view: ast.Module) -> Iterator[Edit]:
    """Yield the changes of a module with its steps put back, but for those that can be made with the steps named."""
    for place, group in itertools.groupby(edits(view, SPANNING), key=lambda edit: edit.place):
        if isinstance(place.node, ast.expr) and has_step(place.node):
            closed = _Closing()
            around = closed.place(place)
            for kind, same in itertools.groupby(group, key=lambda edit: edit.kind):
                known = {ast.unparse(closed.opened(each)) for each in USUAL[kind](around)}
                yield from (edit for edit in same if ast.unparse(edit.replacement) not in known)


class _Closing(ast.NodeTransformer):
    """Gives the outermost steps inside an expression names again, each another."""

    def __init__(self) -> None:
        self._steps: dict[str, ast.expr] = {}

    def place(self, place: Place) -> Place:
        """Return the place of an expression with its steps named, in a function that knows the names."""
        node = self.generic_visit(copy.deepcopy(place.node))
        names: list[ast.expr] = [ast.Name(id=name, ctx=ast.Store()) for name in self._steps]
        first = ast.Assign(targets=names, value=ast.Constant(value=None))
        function = changed_to(place.function, body=[first, *place.function.body]) if place.function else None
        return Place(node=node, role=place.role, parent=place.parent, function=function)

    def opened(self, node: ast.AST) -> ast.AST:
        """Return code with the steps in the place of their names."""
        opened: ast.AST = Replacing(self._steps).visit(copy.deepcopy(node))
        return opened

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.expr) and getattr(node, STEP, False):
            name = f"step_{len(self._steps)}"
            self._steps[name] = node
            return ast.Name(id=name, ctx=ast.Load())
        return self.generic_visit(node)
