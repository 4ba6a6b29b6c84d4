"""A file on disk -> a `Submission`. Reads with bounds, and never runs or unpickles anything."""

from __future__ import annotations

import codecs
import errno
import hashlib
import io
import json
import os
import re
import stat
import tokenize
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec

from grader.errors import Mistake
from grader.model import Cell, Excerpt, Submission
from grader.wire import learn

MAX_FILE = 256 << 20
MAX_SOURCE = 2 << 20
MAX_CELLS = 5_000
MAX_TAGS = 100
STRICT_BYTES = 16 << 20
"""Up to this size a notebook is also checked for duplicate keys, which two readers may understand differently."""

SOLUTION = "solution"
GRADE_MAGIC = re.compile(r"(\s*)%%grade\b[ \t]*([^\n]*)")
_CALL = r"(?:import[ \t]+grader|%(?:re)?load_ext[ \t]+grader|grader\.check\([\w\"', \t]*\))"
ASKING = re.compile(rf"^(?:(\w+)[ \t]*=[ \t]*)?{_CALL}(?:[ \t]*;[ \t]*{_CALL})*[ \t]*;?[ \t]*(?:#.*)?$", re.MULTILINE)
"""A line that only asks for a verdict; what uses this package in any other way is code, and has to pass the rules."""
IMPORTS = re.compile(
    r"^import[ \t]+([\w., \t]*,[\w., \t]*|grader[ \t]+as[ \t]+\w+)[ \t]*;?[ \t]*(?:#.*)?$", re.MULTILINE
)
CHECK_IMPORT = re.compile(
    r"^from[ \t]+grader[ \t]+import[ \t]+check(?:[ \t]+as[ \t]+(\w+))?[ \t]*;?[ \t]*(?:#.*)?$", re.MULTILINE
)
_ALIAS = re.compile(r"grader[ \t]+as[ \t]+(\w+)")
_NO_CHECK = "lambda *names, **options: None"
"""What stands in for `grader.check` under a name of the student's: any later cell may call it, and it does nothing."""

SCRIPT_MARK = re.compile(r"^[ \t]*#[ \t]*exercise:[ \t]*(\w+)[ \t]*$", re.MULTILINE)
ENCODINGS = re.compile(r"utf-?8(-sig)?|ascii|latin|iso8859|cp\d|koi8|mac|gb|big5|shift_?jis|euc|johab", re.IGNORECASE)
"""Python's names of encodings for text; others take quadratic time, fail in odd ways, or turn comments into code."""


class _Metadata(msgspec.Struct):
    """What is looked at of metadata; of the rest, which may be large, no values are made."""

    tags: msgspec.Raw = msgspec.Raw(b"null")
    grader: msgspec.Raw = msgspec.Raw(b"null")


class _Cell(msgspec.Struct):
    cell_type: str
    source: str | list[str] = ""
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)


class _Notebook(msgspec.Struct):
    nbformat: int
    cells: list[_Cell] | None = None
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)


class _AnyNotebook(Protocol):
    """What every notebook is looked at for."""

    @property
    def nbformat(self) -> int: ...

    @property
    def cells(self) -> Sequence[Any] | None: ...


N = TypeVar("N", bound=_AnyNotebook)


def read(path: Path) -> Submission:
    """Return the submission in a `.py` or `.ipynb` file. Raises `Mistake`, with a cure, for anything else."""
    kind = path.suffix.lower()
    if path.is_dir():
        raise Mistake(f"{path} is a directory", "Give one file in it: a .py file or a .ipynb notebook.")
    if kind not in {".py", ".ipynb"}:
        beside = [f"{path}{ending}" for ending in (".py", ".ipynb") if Path(f"{path}{ending}").is_file()]
        if beside and not path.exists():
            raise Mistake(f"there is no file {path}", f"Did you mean {' or '.join(beside)}?")
        if not path.exists() and not kind:
            raise Mistake(
                f"there is no file {path}",
                "Check the spelling, the ending (.py or .ipynb), and the folder that you are in.",
            )
        raise Mistake(f"{path} is neither a .py file nor a .ipynb notebook", "Give the file that you work in.")
    data = read_bytes(path)
    if not data.strip():
        raise Mistake(f"{path} is empty", "Save your work in the editor, then grade again.")
    return _read_notebook(path, data) if kind == ".ipynb" else _read_module(path, data)


def read_bytes(path: Path) -> bytes:
    """Return a regular file's bytes, at most `MAX_FILE`; links, pipes, devices and directories are refused."""
    try:
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise _cannot_open(path, error) from None
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode):  # a folder can be opened, but not made a file
        os.close(fd)
        if stat.S_ISDIR(status.st_mode):
            raise Mistake(f"{path} is a folder", "Give the file itself.")
        raise Mistake(f"{path} is not a regular file", "Give a .py file or a .ipynb notebook.")
    with os.fdopen(fd, "rb") as file:
        if status.st_size > MAX_FILE:
            raise Mistake(
                f"{path} has {status.st_size >> 20} MB; at most {MAX_FILE >> 20} MB are read",
                "Clear the outputs (in Jupyter: Edit, Clear Outputs of All Cells), save, and grade again.",
            )
        return file.read(MAX_FILE + 1)


def around(cell: Cell, line: int | None) -> Excerpt | None:
    """Return a line of a cell, counted from 1, with the one before and the one after it; None if there is no such line."""
    lines = cell.source.splitlines()
    if line is None or not 1 <= line <= len(lines):
        return None
    first = max(1, line - 1)
    return Excerpt(where=cell.where, line=first, source="\n".join(lines[first - 1 : line + 1]), marked=(line,))


def _cannot_open(path: Path, error: OSError) -> Mistake:
    if error.errno == errno.ELOOP or path.is_symlink():
        return Mistake(f"{path} is a symbolic link", "Give the file that it points to.")
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return Mistake(f"there is no file {path}", "Check the spelling, and the folder that you are in.")
    if isinstance(error, IsADirectoryError):
        return Mistake(f"{path} is a directory", "Give one file in it.")
    return Mistake(f"{path} cannot be opened: {error.strerror}", "Check its permissions.")


def _text(path: Path, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Mistake(
            f"{path} is not UTF-8 text (byte {error.start} is {data[error.start]:#04x})",
            "Save it with the encoding UTF-8; most editors offer this in Save As.",
        ) from None


def _read_module(path: Path, data: bytes) -> Submission:
    if len(data) > MAX_SOURCE:
        raise Mistake(f"{path} has {len(data) >> 20} MB of source", "Give the file that holds your answer alone.")
    if b"\0" in data:
        raise Mistake(f"{path} holds null bytes", "Save it as plain text, encoding UTF-8.")
    text = _unasked(_declared(path, data))
    tags = tuple(f"exercise:{name}" for name in SCRIPT_MARK.findall(text))
    cell = Cell(index=0, source=text, where=path.name, tags=(*tags, f"exercise:{path.stem}"))
    return Submission(name=path.name, notebook=False, cells=(cell,), digest=_digest(path.suffix, [cell]))


def _declared(path: Path, data: bytes) -> str:
    """Decode by the file's own coding line, as Python does; UTF-8 without one."""
    try:
        encoding = codecs.lookup(tokenize.detect_encoding(io.BytesIO(data).readline)[0]).name
        if not ENCODINGS.match(encoding):
            raise Mistake(f"{path} is written in the encoding {encoding}", "Save it with the encoding UTF-8.")
        text = data.decode(encoding)
    except (SyntaxError, ValueError, LookupError):
        text = _text(path, data)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _read_notebook(path: Path, data: bytes) -> Submission:
    return _submission(path, decode_notebook(path, data, _Notebook))


def decode_notebook(path: Path, data: bytes, kind: type[N]) -> N:
    """Return a notebook's bytes as a struct that has `nbformat` and `cells`. Raises `Mistake` for what is none."""
    _text(path, data)
    learn(kind)
    try:
        notebook = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=kind)
        if len(data) <= STRICT_BYTES:
            json.loads(data.decode("utf-8-sig"), object_pairs_hook=_no_duplicates)
    except (msgspec.ValidationError, _DuplicateKeyError) as error:
        raise Mistake(f"{path} is JSON, but no notebook: {error}", "Open and save it in Jupyter.") from None
    except (msgspec.DecodeError, ValueError, RecursionError, MemoryError) as error:
        raise Mistake(
            f"{path} is damaged: {str(error)[:200] or 'its JSON nests too deeply'}",
            "Restore an earlier copy, or open it in Jupyter, which may still be able to read it, and save it.",
        ) from None
    if notebook.nbformat >= 4 and notebook.cells is None:
        raise Mistake(f"{path} is JSON, but no notebook: it has no cells", "Open and save it in Jupyter.")
    if notebook.nbformat < 4 or notebook.cells is None:
        raise Mistake(
            f"{path} has the old notebook format {notebook.nbformat}; format 4 is needed",
            "Open it in Jupyter and save it, or run: jupyter nbconvert --to notebook --inplace FILE.",
        )
    if len(notebook.cells) > MAX_CELLS:
        raise Mistake(f"{path} has {len(notebook.cells)} cells; at most {MAX_CELLS} are read", "Split the notebook.")
    return notebook


class _DuplicateKeyError(Exception):
    """An object names one key twice."""


def _no_duplicates(items: list[tuple[str, Any]]) -> None:
    seen = set()
    for key, _ in items:
        if key in seen:
            raise _DuplicateKeyError(f"the key {key[:100]!r} stands twice in one object")
        seen.add(key)


def _submission(path: Path, notebook: _Notebook) -> Submission:
    assert notebook.cells is not None
    cells = [
        sourced(Cell(index=index, source="", where=f"cell {index + 1}", tags=tags), source)
        for index, cell in enumerate(notebook.cells)
        if cell.cell_type == "code" and SOLUTION not in (tags := _tags(cell)) and (source := _source(cell)).strip()
    ]
    if sum(len(cell.source) for cell in cells) > MAX_SOURCE:
        raise Mistake(f"{path} has more than {MAX_SOURCE >> 20} MB of source", "Keep data out of the code cells.")
    if not cells:
        raise Mistake(f"{path} has no code cell", "Write your answers into code cells, save, and grade again.")
    meta = _value(notebook.metadata.grader)
    meta = meta if isinstance(meta, dict) else {}
    lesson, exercises = meta.get("lesson"), meta.get("exercises")
    return Submission(
        name=path.name,
        notebook=True,
        cells=tuple(cells),
        digest=_digest(path.suffix, cells),
        lesson=lesson if isinstance(lesson, str) else None,
        exercises=tuple(name for name in exercises if isinstance(name, str)) if isinstance(exercises, list) else (),
    )


def with_cells(submission: Submission, cells: tuple[Cell, ...]) -> Submission:
    """Return a notebook with other cells, and the digest that goes with them. Raises `Mistake` if there are none."""
    if not cells:
        raise Mistake(f"{submission.name} has no code cell", "Write your answers into code cells, and run them.")
    if sum(len(cell.source) for cell in cells) > MAX_SOURCE:
        raise Mistake(f"{submission.name} has more than {MAX_SOURCE >> 20} MB of source", "Keep data out of the cells.")
    digest = _digest(".ipynb" if submission.notebook else ".py", list(cells))
    return msgspec.structs.replace(submission, cells=cells, digest=digest)


def sourced(cell: Cell, source: str) -> Cell:
    """Return a notebook's cell with this source; `%%grade EXERCISE` in its first line becomes a comment and a tag.

    A grading run must not grade, and Python must be able to read the cell; its lines keep their numbers.
    """
    source = _unasked(source.replace("\r\n", "\n"))
    asked = GRADE_MAGIC.match(source)
    if asked is None:
        return msgspec.structs.replace(cell, source=source)
    tags = dict.fromkeys((*cell.tags, *(f"exercise:{name}" for name in asked[2].split())))
    return msgspec.structs.replace(cell, source=f"{asked[1]}# {source[asked.end(1) :]}", tags=tuple(tags))


def _unasked(source: str) -> str:
    """Return source whose lines that only ask for a verdict are comments, and other names of the asking do nothing."""
    if "grader" not in source:
        return source
    source = ASKING.sub(lambda line: f"{line[1]} = None  # {line[0]}" if line[1] else f"# {line[0]}", source)
    source = CHECK_IMPORT.sub(lambda line: f"{line[1] or 'check'} = {_NO_CHECK}  # {line[0]}", source)
    return IMPORTS.sub(_without_grader, source)


def _without_grader(line: re.Match[str]) -> str:
    names = [name.strip() for name in line[1].split(",")]
    aliases = [found[1] for name in names if (found := _ALIAS.fullmatch(name))]
    others = [name for name in names if name != "grader" and not _ALIAS.fullmatch(name)]
    if others == names:
        return line[0]
    parts = [f"import {', '.join(others)}"] if others else []
    parts += [f'{alias} = type("grader", (), {{"check": staticmethod({_NO_CHECK})}})' for alias in aliases]
    return f"{'; '.join(parts)}  # {line[0]}" if parts else line[0]


def _source(cell: _Cell) -> str:
    text = cell.source if isinstance(cell.source, str) else "".join(cell.source)
    return text.replace("\r\n", "\n")


def _value(raw: msgspec.Raw) -> object:
    """Return a piece of JSON as a value; None for one that was passed over so far, and turns out to be damaged."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError, MemoryError):
        return None


def _tags(cell: _Cell) -> tuple[str, ...]:
    tags = _value(cell.metadata.tags)
    found = [tag for tag in tags[:MAX_TAGS] if isinstance(tag, str)] if isinstance(tags, list) else []
    grader = _value(cell.metadata.grader)
    if isinstance(grader, dict) and isinstance(grader.get("exercise"), str):
        found.append(f"exercise:{grader['exercise']}")
    return tuple(found)


def _digest(kind: str, cells: list[Cell]) -> str:
    parts = [kind, *(f"{cell.index}\0{'|'.join(cell.tags)}\0{cell.source}" for cell in cells)]
    return hashlib.sha256("\0\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
