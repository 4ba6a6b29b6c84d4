"""A notebook -> all its cells, with the metadata that other platforms write; read with `grader.submission`'s bounds."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from grader.errors import Mistake
from grader.submission import MAX_SOURCE, MAX_TAGS, decode_notebook, read_bytes

MOST_NOTEBOOKS = 200


class _Metadata(msgspec.Struct):
    """What is looked at of metadata; of the rest no values are made."""

    tags: msgspec.Raw = msgspec.Raw(b"null")
    nbgrader: msgspec.Raw = msgspec.Raw(b"null")


class _Cell(msgspec.Struct):
    cell_type: str
    source: str | list[str] = ""
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)


class _Top(msgspec.Struct):
    otter: msgspec.Raw = msgspec.Raw(b"null")


class _Notebook(msgspec.Struct):
    nbformat: int
    cells: list[_Cell] | None = None
    metadata: _Top = msgspec.field(default_factory=_Top)


@dataclass(frozen=True)
class SourceCell:
    """One cell; `nbgrader` is that platform's metadata, or None."""

    where: str
    kind: str
    source: str
    tags: frozenset[str]
    nbgrader: dict[str, Any] | None

    def tree(self) -> ast.Module | None:
        """Return the parsed code; None for what is no Python, such as a cell of magics."""
        return parsed(self.source)


def parsed(source: str) -> ast.Module | None:
    """Return code as a tree, lines of magics left out; None for what is no Python."""
    lines = ["" if re.match(r"\s*[%!]", line) else line for line in source.split("\n")]
    try:
        return ast.parse("\n".join(lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def read_cells(path: Path) -> tuple[SourceCell, ...]:
    """Return a notebook's cells in order. Raises `Mistake` for what is no notebook, or too large."""
    return read_with_otter(path)[0]


def read_with_otter(path: Path) -> tuple[tuple[SourceCell, ...], dict[str, Any]]:
    """Return a notebook's cells, and what otter wrote into its metadata. Raises `Mistake` as `read_cells`."""
    if path.suffix.lower() != ".ipynb":
        raise Mistake(f"{path} is not a notebook", "Give a .ipynb file, or a folder with some.")
    notebook = decode_notebook(path, read_bytes(path), _Notebook)
    cells = [_cell(path, index, cell) for index, cell in enumerate(notebook.cells or (), 1)]
    if sum(len(cell.source) for cell in cells) > MAX_SOURCE:
        raise Mistake(f"{path} has more than {MAX_SOURCE >> 20} MB of source", "Keep data out of the cells.")
    otter = _value(notebook.metadata.otter)
    return tuple(cells), otter if isinstance(otter, dict) else {}


def _cell(path: Path, index: int, cell: _Cell) -> SourceCell:
    text = cell.source if isinstance(cell.source, str) else "".join(cell.source)
    tags, nbgrader = _value(cell.metadata.tags), _value(cell.metadata.nbgrader)
    return SourceCell(
        where=f"{path.name}, cell {index}",
        kind=cell.cell_type,
        source=text.replace("\r\n", "\n").replace("\r", "\n"),
        tags=frozenset(tag for tag in tags[:MAX_TAGS] if isinstance(tag, str))
        if isinstance(tags, list)
        else frozenset(),
        nbgrader=nbgrader if isinstance(nbgrader, dict) else None,
    )


def _value(raw: msgspec.Raw) -> object:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError, MemoryError):
        return None


def notebooks(source: Path) -> tuple[Path, ...]:
    """Return the notebooks in a folder, or the one given. Raises `Mistake` if there is none."""
    if not source.exists():
        raise Mistake(f"there is no file or folder {source}", "Check the spelling, and the folder that you are in.")
    if not source.is_dir():
        return (source,)
    found = sorted(path for path in source.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)
    if not found:
        raise Mistake(f"there is no notebook in {source}", "Give the folder with the source notebooks (*.ipynb).")
    if len(found) > MOST_NOTEBOOKS:
        raise Mistake(f"{source} has {len(found)} notebooks", f"Give a folder with at most {MOST_NOTEBOOKS}.")
    return tuple(found)


def lesson_name(path: Path) -> str:
    """Return a folder's name for what is in a notebook: letters, digits and "_"."""
    name = re.sub(r"\W+", "_", path.stem, flags=re.ASCII).strip("_").lower() or "lesson"
    return f"lesson_{name}" if name[0].isdigit() else name


def definitions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Yield the functions and classes that code defines at its top level."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node


def names_in(tree: ast.AST) -> set[str]:
    """Return every name that code reads or writes."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
