"""Many mutants in one job: each module becomes a function of its own, so that mutants do not meet. Pure."""

from __future__ import annotations

import ast


def name_of(entry: str, index: int) -> str:
    """Return the name under which a mutant's entry stands among the others."""
    return f"{entry}__m{index}"


def factory(source: str, entry: str, index: int) -> str:
    """Return source that runs a module inside a function and binds its entry alone, so that mutants do not meet."""
    name = name_of(entry, index)
    body = [node for node in ast.parse(source).body if not _future(node)]
    body.append(ast.Return(value=ast.Name(id=entry, ctx=ast.Load())))
    make = ast.parse(f"def __make_{index}(): ...\n{name} = __make_{index}()")
    function = make.body[0]
    assert isinstance(function, ast.FunctionDef)
    function.body = body
    return "from __future__ import annotations\n" + ast.unparse(ast.fix_missing_locations(make))


def _future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"
