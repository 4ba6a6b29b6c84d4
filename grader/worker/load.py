"""Executing a submission's source in a namespace of its own, its text kept where `inspect` and TorchScript find it."""

from __future__ import annotations

import ast
import linecache
import sys
import traceback
from types import ModuleType
from typing import Any

from grader.model import Cell, CellResult, Frame, Raised, Status

MODULE = "submission"
MAX_MESSAGE = 2_000
MAX_FRAMES = 20


def new_namespace() -> dict[str, Any]:
    """Return the dict of a fresh module that is known to `sys.modules`, as dataclasses and pickle need."""
    module = ModuleType(MODULE)
    sys.modules[MODULE] = module
    return module.__dict__


def execute(cells: tuple[Cell, ...], namespace: dict[str, Any], *, definitions_only: bool) -> tuple[CellResult, ...]:
    """Run cells one after another; a cell that fails does not stop the rest. Returns how each ended."""
    return tuple(_execute_cell(cell, namespace, definitions_only) for cell in cells)


def _execute_cell(cell: Cell, namespace: dict[str, Any], definitions_only: bool) -> CellResult:
    raised = run_source(cell.source, file_name(cell), namespace, definitions_only=definitions_only)
    return CellResult(cell=cell.index, status=Status.RAISED if raised else Status.OK, raised=raised)


def file_name(cell: Cell) -> str:
    """Return the name that a cell's code objects carry."""
    return f"<submission {cell.index}>"


def run_source(
    source: str, name: str, namespace: dict[str, Any], *, definitions_only: bool = False, tree: ast.Module | None = None
) -> Raised | None:
    """Compile and run source text; return what it raised. `tree`, if given, is run in place of the whole text."""
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    namespace["__file__"] = name
    try:
        module = tree or ast.parse(source, name)
        if definitions_only:
            module.body = [statement for statement in module.body if defines(statement)]
        exec(compile(module, name, "exec", dont_inherit=True), namespace)  # noqa: S102 - this is what a worker is for
    except BaseException as error:
        return raised_by(error)
    return None


def defines(statement: ast.stmt) -> bool:
    """Tell whether a top-level statement only imports, defines, or names a literal."""
    if isinstance(statement, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return True
    if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
        return not any(isinstance(node, ast.Call | ast.Await) for node in ast.walk(statement.value))
    return False


def raised_by(error: BaseException, cells: dict[str, int] | None = None) -> Raised:
    """Describe an exception; `cells` maps code file names to cell numbers where they are not `file_name`'s."""
    bases = tuple(base.__name__[:200] for base in type(error).__mro__[:-1])
    message = printable(str(error.msg)[:MAX_MESSAGE]) if isinstance(error, SyntaxError) else _message(error)
    return Raised(type=bases[0], bases=bases[1:], message=message, frames=_frames(error, cells or {}))


def printable(text: str) -> str:
    """Return text that can be encoded: a lone surrogate becomes "?"."""
    return text.encode("utf-8", "replace").decode()


def _message(error: BaseException) -> str:
    try:
        return printable(str(error)[:MAX_MESSAGE])
    except BaseException:
        return "(its message could not be made into text)"


def _frames(error: BaseException, cells: dict[str, int]) -> tuple[Frame, ...]:
    frames = []
    for frame, line in traceback.walk_tb(error.__traceback__):
        cell = cell_of(frame.f_code.co_filename, cells)
        if cell is not None:
            frames.append(Frame(cell=cell, line=line, function=frame.f_code.co_name[:200]))
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        cell = cell_of(error.filename, cells)
        if cell is not None:
            frames.append(Frame(cell=cell, line=error.lineno, function="<module>"))
    return tuple(frames[-MAX_FRAMES:])


def cell_of(name: str, cells: dict[str, int]) -> int | None:
    """Return the number of the cell whose code has a file name, None for anybody else's code."""
    if name.startswith("<submission ") and name[12:-1].isdigit():
        return int(name[12:-1])
    return cells.get(name)
