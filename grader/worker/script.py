"""A script cell, run again on inputs that its author has not seen: its own assignments to them are dropped."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import lru_cache
from types import CodeType
from typing import Any

from grader.model import Call, Form

CELLS = "__grader_cells__"
"""Where the loader leaves (name, source, tags) of every cell in the namespace's side table."""


class Incomplete(Exception):  # noqa: N818 - told to the student by this name
    """The script ran, but did not assign what the exercise asks for."""


def is_script(call: Call) -> bool:
    """Tell whether a call re-runs a cell instead of calling a name."""
    return call.form is Form.SCRIPT and call.scenario is None


def runner(call: Call, namespace: dict[str, Any]) -> Callable[..., dict[str, Any]]:
    """Return a function of the inputs that runs the script in a copy of the namespace and returns its outputs."""
    name, source = _find(call, namespace.get(CELLS, ()))
    inputs = tuple(argument.name for argument in call.arguments[0])

    def run(**values: Any) -> dict[str, Any]:
        given = values | {_kept(name): values[name] for name in inputs}
        scope = {key: value for key, value in namespace.items() if key not in call.outputs} | given
        exec(_compiled(source, name, inputs), scope)  # noqa: S102 - this is what a worker is for
        absent = [output for output in call.outputs if output not in scope]
        if absent:
            raise Incomplete(f"the cell assigns no {' and no '.join(absent)}")
        return {output: scope[output] for output in call.outputs}

    return run


def _find(call: Call, cells: tuple[tuple[str, str, tuple[str, ...]], ...]) -> tuple[str, str]:
    tagged = [(name, source) for name, source, tags in cells if f"exercise:{call.entry}" in tags]
    fitting = [(name, source) for name, source, _ in cells if set(call.outputs) <= _assigned(source)]
    found = tagged or fitting
    if not found:
        raise Incomplete(f"no cell assigns {' and '.join(call.outputs)}")
    return found[-1]


@lru_cache(maxsize=64)
def _compiled(source: str, name: str, inputs: tuple[str, ...]) -> CodeType:
    return compile(without_inputs(ast.parse(source, name), inputs), name, "exec", dont_inherit=True)


def _kept(name: str) -> str:
    """Return the name under which the value of an input is kept."""
    return f"__grader_input_{name}"


@lru_cache(maxsize=1024)
def _assigned(source: str) -> set[str]:
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return set()
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def without_inputs(tree: ast.Module, inputs: tuple[str, ...]) -> ast.Module:
    """Drop top-level statements that only set inputs from something else; after one that sets more, set them back.

    `logits = torch.randn(8)` goes; `logits = logits.float()` and `logits *= 2` stay, they are the student's work.
    """
    body: list[ast.stmt] = []
    for statement in tree.body:
        targets = _targets(statement)
        ours = [name for name in inputs if name in targets]
        reads = {
            node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
        }
        if not ours or reads & set(inputs):
            body.append(statement)
        elif targets - set(inputs):
            body.append(statement)
            body += [_restoring(name, statement) for name in ours]
    return ast.Module(body=body, type_ignores=[])


def _targets(statement: ast.stmt) -> set[str]:
    if not isinstance(statement, ast.Assign | ast.AnnAssign):
        return set()
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    return {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}


def _restoring(name: str, after: ast.stmt) -> ast.stmt:
    statement = ast.Assign(targets=[ast.Name(id=name, ctx=ast.Store())], value=ast.Name(id=_kept(name), ctx=ast.Load()))
    return ast.fix_missing_locations(ast.copy_location(statement, after))
