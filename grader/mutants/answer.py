"""The part of a reference that the answer is made of: its entry, and what that mentions. Pure."""

from __future__ import annotations

import ast

from grader.model import Exercise, Form

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def answer_of(exercise: Exercise, source: str) -> str:
    """Return the part of a reference's source that an exercise's answer is made of."""
    inputs = tuple(param.name for param in exercise.params) if exercise.form is Form.SCRIPT else ()
    return answer(source, exercise.id, inputs, exercise.outputs)


def answer(source: str, entry: str, inputs: tuple[str, ...] = (), outputs: tuple[str, ...] = ()) -> str:
    """Return the source of a module that defines `entry` and nothing that it does without, misconceptions least of all.

    A script, which has `outputs`, becomes a function of its inputs that returns them in a dict.
    """
    tree = ast.parse(source)
    body = _as_function(tree, entry, inputs, outputs) if outputs else tree.body
    needed = _reachable(body, entry)
    kept = [
        statement
        for statement in body
        if isinstance(statement, ast.Import | ast.ImportFrom) or needed.intersection(names(statement))
    ]
    return ast.unparse(_Undocumented().visit(ast.Module(body=kept, type_ignores=[])))


def names(statement: ast.stmt) -> list[str]:
    """Return the names that a statement binds by defining or assigning."""
    if isinstance(statement, Definition):
        return [statement.name]
    if isinstance(statement, ast.Assign):
        return [node.id for target in statement.targets for node in ast.walk(target) if isinstance(node, ast.Name)]
    if isinstance(statement, ast.AnnAssign | ast.AugAssign) and isinstance(statement.target, ast.Name):
        return [statement.target.id]
    return []


def mentioned(node: ast.AST) -> set[str]:
    """Return the names that code reads."""
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load)}


def _reachable(body: list[ast.stmt], entry: str) -> set[str]:
    reads: dict[str, set[str]] = {}
    for statement in body:
        for name in names(statement):
            reads.setdefault(name, set()).update(mentioned(statement))
    found, todo = set[str](), [entry]
    while todo:
        name = todo.pop()
        if name not in found and name in reads:
            found.add(name)
            todo += reads[name]
    return found


def _as_function(tree: ast.Module, entry: str, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> list[ast.stmt]:
    outside = (*Definition.__args__, ast.Import, ast.ImportFrom)
    script = [node for node in tree.body if not isinstance(node, outside) and not _sets_only(node, inputs)]
    result = ast.Dict(
        keys=[ast.Constant(value=name) for name in outputs],
        values=[ast.Name(id=name, ctx=ast.Load()) for name in outputs],
    )
    function = ast.parse(f"def {entry}({', '.join(inputs)}): ...").body[0]
    assert isinstance(function, ast.FunctionDef)
    function.body = [*script, ast.Return(value=result)]
    return [*(node for node in tree.body if isinstance(node, outside)), ast.fix_missing_locations(function)]


def _sets_only(statement: ast.stmt, inputs: tuple[str, ...]) -> bool:
    """Tell whether a statement gives the inputs values of its own, as a script's first lines do."""
    bound = set(names(statement))
    return bool(bound) and bound <= set(inputs) and not mentioned(statement) & set(inputs)


class _Undocumented(ast.NodeTransformer):
    """Drops docstrings."""

    def _strip(self, node: Definition) -> Definition:
        self.generic_visit(node)
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Definition:
        return self._strip(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> Definition:
        return self._strip(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> Definition:
        return self._strip(node)
