"""What code needs of the cells above it: imports, helpers and constants, in their order."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from grader.importing.asserts import TESTERS
from grader.importing.cells import names_in, parsed
from grader.importing.draws import UnsupportedError, drawn


@dataclass(frozen=True)
class Piece:
    """A top-level statement that binds names: its text, what it binds and what it uses."""

    text: str
    node: ast.stmt
    binds: frozenset[str]
    uses: frozenset[str]

    @property
    def is_import(self) -> bool:
        """Tell whether it is an import."""
        return isinstance(self.node, ast.Import | ast.ImportFrom)


def pieces(sources: Iterable[str]) -> list[Piece]:
    """Return the statements of some cells that bind names; what only computes or prints is left out."""
    return [piece for source in sources for piece in _pieces(source)]


@lru_cache(maxsize=5_000)  # every answer looks at all cells above it
def _pieces(source: str) -> tuple[Piece, ...]:
    found = []
    tree = parsed(source)
    for node in tree.body if tree else ():
        binds = _bound(node)
        if binds and not _is_testing(node):
            text = ast.get_source_segment(source, node) or ast.unparse(node)
            marks = "".join(f"@{ast.unparse(one)}\n" for one in getattr(node, "decorator_list", []))
            found.append(Piece(marks + text, node, frozenset(binds), frozenset(_used(node))))
    return tuple(found)


def _bound(node: ast.stmt) -> set[str]:
    match node:
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return {(alias.asname or alias.name).partition(".")[0] for alias in names}
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Assign(targets=targets):
            return {one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)}
        case ast.AnnAssign(target=ast.Name(id=name)):
            return {name}
    return set()


def _is_testing(node: ast.stmt) -> bool:
    roots = {alias.name.partition(".")[0] for alias in node.names} if isinstance(node, ast.Import) else set()
    if isinstance(node, ast.ImportFrom):
        roots = {(node.module or "").partition(".")[0]}
    return bool(roots & TESTERS)


def _used(node: ast.stmt) -> set[str]:
    return names_in(node) - set(dir(builtins))


def needed(names: Iterable[str], above: Sequence[Piece]) -> list[Piece]:
    """Return the pieces that bind some names, and all that those need in turn; the last one to bind a name counts."""
    last = {name: piece for piece in above for name in piece.binds}
    wanted, chosen = list(names), list[Piece]()
    seen = set[str]()
    while wanted:
        name = wanted.pop()
        if name in seen or name not in last:
            continue
        seen.add(name)
        piece = last[name]
        if piece not in chosen:
            chosen.append(piece)
            wanted += piece.uses
    star = [piece for piece in above if "*" in piece.binds]
    return [piece for piece in above if piece in chosen or piece in star]


def missing(names: Iterable[str], chosen: Sequence[Piece]) -> list[str]:
    """Return the names that no piece binds; none where something imports all of a module."""
    bound = {name for piece in chosen for name in piece.binds}
    return [] if "*" in bound else sorted(set(names) - bound)


def check_repeatable(chosen: Sequence[Piece]) -> None:
    """Raise `UnsupportedError` for a constant that is drawn at random: the reference would be given another."""
    for piece in chosen:
        if isinstance(piece.node, ast.Assign | ast.AnnAssign):
            for call in (node for node in ast.walk(piece.node) if isinstance(node, ast.Call)):
                if drawn(call) is not None:
                    raise UnsupportedError(
                        f"it uses {', '.join(sorted(piece.binds))}, which a cell above draws at random"
                    )


def laid_out(chosen: Sequence[Piece]) -> str:
    """Return pieces as a module's text: imports first, each once."""
    imports = list(dict.fromkeys(piece.text for piece in chosen if piece.is_import))
    others = [piece.text for piece in chosen if not piece.is_import]
    return "\n\n\n".join(part for part in ("\n".join(imports), *others) if part)
