"""Which top-level statements a name's value rests on, read from source: assignments, definitions, imports, changes.

Read in the service, which grades nobody's code but that of the person who started it. What cannot be parsed has no effects.
"""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

SETTERS = {"torch", "numpy", "random", "os", "sys", "warnings"}
"""A call of a function of these, alone on its line, changes something for everybody: `torch.manual_seed(0)`."""

MAGIC = re.compile(r"^([ \t]*)[%!?].*$|^([ \t]*)\S.*\?$", re.MULTILINE)


@dataclass(frozen=True)
class Statement:
    """One top-level statement, in the cell of that number: what it sets anew, what it changes, what it reads.

    `works` tells whether it does more than import and define.
    """

    place: int
    text: str
    sets: frozenset[str]
    changes: frozenset[str]
    reads: frozenset[str]
    works: bool


def statements(sources: Iterable[str]) -> tuple[Statement, ...]:
    """Return the statements of cells, in order."""
    return tuple(one for place, source in enumerate(sources) for one in _of_cell(place, source))


def chain(found: tuple[Statement, ...], name: str) -> tuple[Statement, ...]:
    """Return the statements that made a name what it is in the end: the last that sets it, and later changes."""
    kept: list[Statement] = []
    for one in reversed(found):
        if name in one.sets | one.changes:
            kept.append(one)
        if name in one.sets:
            break
    return tuple(reversed(kept))


def names_needed(found: tuple[Statement, ...], roots: Iterable[str]) -> tuple[str, ...]:
    """Return names and all that they rest on, the roots first."""
    needed = dict.fromkeys(roots)
    waiting = list(needed)
    while waiting:
        for one in chain(found, waiting.pop(0)):
            new = sorted((one.reads | one.changes) - needed.keys())
            needed |= dict.fromkeys(new)
            waiting += new
    return tuple(needed)


def needed(found: tuple[Statement, ...], roots: Iterable[str]) -> tuple[Statement, ...]:
    """Return the statements that names rest on, in order, and those that change something for everybody."""
    chains = {one: None for name in names_needed(found, roots) for one in chain(found, name)}
    modules = _modules(found)
    return tuple(one for one in found if one in chains or (one.changes & modules and not one.sets))


def _modules(found: tuple[Statement, ...]) -> frozenset[str]:
    """Return the names of modules whose functions change something for everybody."""
    imports = [one for one in found if one.text.startswith(("import ", "from "))]
    return frozenset(name for one in imports if re.split(r"[ .,]", one.text)[1] in SETTERS for name in one.sets)


def _of_cell(place: int, source: str) -> Iterator[Statement]:
    try:
        tree = ast.parse(MAGIC.sub(r"\1\2pass", source))
        for node in tree.body:
            text = ast.unparse(node)
            sets = _sets(node)
            reads = frozenset(_reads(symtable.symtable(text, "cell", "exec")))
            anew = frozenset() if isinstance(node, ast.Assign) and sets & reads else sets
            yield Statement(place, text, anew, frozenset(_changes(node)) | (sets - anew), reads, _works(node))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return


def _works(node: ast.stmt) -> bool:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom):
        return False
    return any(isinstance(inner, ast.Call | ast.Await | ast.For | ast.While) for inner in ast.walk(node))


def _sets(node: ast.stmt) -> frozenset[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return frozenset({node.name})
    if isinstance(node, ast.Import | ast.ImportFrom):
        return frozenset((alias.asname or alias.name).partition(".")[0] for alias in node.names)
    if isinstance(node, ast.Assign) or (isinstance(node, ast.AnnAssign) and node.value is not None):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        parts = [part for target in targets for part in _parts(target)]
        return frozenset(part.id for part in parts if isinstance(part, ast.Name))
    return frozenset()


def _parts(target: ast.expr) -> list[ast.expr]:
    if isinstance(target, ast.Tuple | ast.List):
        return [part for element in target.elts for part in _parts(element)]
    return _parts(target.value) if isinstance(target, ast.Starred) else [target]


def _changes(node: ast.stmt) -> Iterator[str]:
    """Yield the names whose objects a statement may change, and those that it may set, under a condition or in a loop."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom):
        return
    plain = isinstance(node, ast.Assign | ast.AnnAssign)
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute | ast.Subscript) and isinstance(inner.ctx, ast.Store | ast.Del):
            yield from _root(inner)
        elif isinstance(inner, ast.Expr) and isinstance(inner.value, ast.Call):
            yield from _root(inner.value.func) if isinstance(inner.value.func, ast.Attribute) else ()
        elif isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store | ast.Del) and not plain:
            yield inner.id


def _root(node: ast.expr) -> Iterator[str]:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Name):
        yield node.id


def _reads(table: symtable.SymbolTable) -> Iterator[str]:
    """Yield the names that are looked up in the module: not the locals of functions."""
    module = table.get_type() == "module"
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (module or symbol.is_global()):
            yield symbol.get_name()
    for child in table.get_children():
        yield from _reads(child)
