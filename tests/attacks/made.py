"""Attacks that cannot lie in a repository: links, pipes, and what is too large, too deep or too odd to be checked in."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

ANSWER = "def mse_loss(pred, target):\n    return (pred - target).mean()\n"


class Made(NamedTuple):
    """What it tries, which outcomes it may get, and how it is made at a path."""

    tries: str
    must: tuple[str, ...]
    make: Callable[[Path], object]


def notebook(*sources: str, **fields: object) -> str:
    cells = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}
        for source in sources
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells} | fields)


def _text(text: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(text, encoding="utf-8")


def _bytes(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(300 << 20)


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _coded(encoding: str, body: bytes) -> Callable[[Path], object]:
    return _bytes(b"# -*- coding: " + encoding.encode() + b" -*-\n" + body)


def _deep(path: Path) -> None:
    deep = "[" * 200_000 + "]" * 200_000
    path.write_text(notebook(ANSWER).replace('"metadata": {}', f'"metadata": {{"a": {deep}}}', 1), encoding="utf-8")


def _many_values(path: Path) -> None:
    path.write_text(notebook(ANSWER).replace('"metadata": {}', f'"metadata": {{"a": [{"[]," * 8_000_000}0]}}', 1))


def _many_tags(path: Path) -> None:
    tags = ",".join(['"exercise:x"'] * 1_000_000)
    path.write_text(notebook(ANSWER).replace('"metadata": {}', f'"metadata": {{"tags": [{tags}]}}', 1))


MISTAKE = ("mistake",)
ANY_LOSS = ("wrong", "raised", "crashed", "timed_out", "out_of_memory", "not_attempted", "mistake")

MADE: dict[str, Made] = {
    "link_to_passwd.py": Made("shows the first lines of a file that it links to", MISTAKE, lambda p: p.symlink_to("/etc/passwd")),
    "link_to_passwd.ipynb": Made("shows the first bytes of a file that it links to", MISTAKE, lambda p: p.symlink_to("/etc/passwd")),
    "link_to_itself.py": Made("a link that leads to itself", MISTAKE, _loop),
    "link_to_device.py": Made("a link to an endless device", MISTAKE, lambda p: p.symlink_to("/dev/zero")),
    "pipe.py": Made("a pipe that nobody writes to", MISTAKE, os.mkfifo),
    "pipe.ipynb": Made("a pipe that nobody writes to", MISTAKE, os.mkfifo),
    "folder.py": Made("a folder with the name of a module", MISTAKE, Path.mkdir),
    "sparse.ipynb": Made("300 MB that take no room", MISTAKE, _sparse),
    "sparse.py": Made("300 MB that take no room", MISTAKE, _sparse),
    "\x1b[31m<b id=attack>\u202e=1+1.py": Made("a file name that is markup, an escape and a formula", ("wrong",), _text(ANSWER)),
    "empty.py": Made("nothing", MISTAKE, _text(" \n")),
    "null_bytes.py": Made("null bytes, at which C stops reading", MISTAKE, _bytes(ANSWER.encode() + b"\0" + ANSWER.encode())),
    "not_text.py": Made("bytes that are no text", MISTAKE, _bytes(b"\xff\xfe\x00\x80" * 100)),
    "not_text.ipynb": Made("bytes that are no text", MISTAKE, _bytes(b'{"nbformat": 4, "cells": "\xff"}')),
    "deep.ipynb": Made("JSON that nests 200,000 times", MISTAKE, _deep),
    "recursive.ipynb": Made("nothing but brackets", MISTAKE, _text("[" * 1_000_000)),
    "many_values.ipynb": Made("eight million empty lists in its metadata", ("wrong", "mistake"), _many_values),
    "many_tags.ipynb": Made("a million tags", ("wrong", "mistake"), _many_tags),
    "many_cells.ipynb": Made("200,000 cells", MISTAKE, _text(notebook(*["x"] * 200_000))),
    "no_code.ipynb": Made("no code at all", MISTAKE, _text(notebook())),
    "huge_source.ipynb": Made("3 MB of source", MISTAKE, _text(notebook(ANSWER, "#" * (3 << 20)))),
    "huge_source.py": Made("3 MB of source", MISTAKE, _text(ANSWER + "#" * (3 << 20))),
    "cells_not_a_list.ipynb": Made("cells that are a number", MISTAKE, _text(notebook(cells=3))),
    "format_not_a_number.ipynb": Made("a format that is text", MISTAKE, _text(notebook(ANSWER, nbformat="4"))),
    "coding_undefined.py": Made("names an encoding that always fails", MISTAKE, _coded("undefined", ANSWER.encode())),
    "coding_idna.py": Made("names an encoding for host names", MISTAKE, _coded("idna", b"." * 1000 + ANSWER.encode())),
    "coding_punycode.py": Made("names an encoding that takes quadratic time", MISTAKE, _coded("punycode", b"a" * 500_000 + b"-" + b"9a" * 500_000)),
    "coding_utf7.py": Made("names an encoding that yields half characters", MISTAKE, _coded("utf-7", b"x = '+2AA-'\n" + ANSWER.encode())),
    "coding_escape.py": Made("names an encoding in which a comment becomes code", MISTAKE, _coded("unicode_escape", b"# \\u000adef mse_loss(*a): ...\n'\\ud800'\n" + ANSWER.encode())),
    "blank_lines.py": Made("two million blank lines, at which a careless pattern takes hours", ANY_LOSS, _text("\n" * 1_900_000 + ANSWER)),
    "blank_lines_broken.py": Made("blank lines before a syntax error", ANY_LOSS, _text("\n" * 300_000 + "def mse_loss(")),
    "blank_lines_other.py": Made("blank lines before a syntax error that has nothing to do with the exercise", ANY_LOSS, _text("\n" * 10_000 + "def (")),
    "hashes.py": Made("a million comment signs, at which a careless pattern takes hours", ANY_LOSS, _text("#" * 1_000_000 + "\n" + "# " * 400_000 + "\n" + ANSWER)),
    "assignments.py": Made("names and colons without an end, at which a careless pattern takes hours", ANY_LOSS, _text("a:" * 900_000 + "\n" + ANSWER)),
    "brackets.py": Made("brackets that nest 100,000 times", ANY_LOSS, _text(f"x = {'(' * 100_000}\n" + ANSWER)),
    "operators.py": Made("a sum of 400,000 terms, at which the parser recurses", ANY_LOSS, _text("def mse_loss(pred, target):\n    return pred" + "+0" * 400_000 + "\n")),
    "unary.py": Made("half a million minus signs", ANY_LOSS, _text("def mse_loss(pred, target):\n    return " + "-" * 500_000 + "pred\n")),
    "attributes.py": Made("an attribute of an attribute, 90,000 times", ANY_LOSS, _text("def mse_loss(pred, target):\n    return pred" + ".a" * 90_000 + "\n")),
    "strings.py": Made("nested f-strings and quotes without an end", ANY_LOSS, _text(ANSWER + "x = f'" + "{" * 50_000 + "\n" + "'''" * 100_001)),
    "names.py": Made("thousands of definitions of the exercise", ("wrong",), _text(ANSWER * 3_000)),
    "long_name.py": Made("a name of a million characters", ANY_LOSS, _text(f"{'x' * 1_000_000} = 1\n" + ANSWER)),
    "tabs.py": Made("indentation that deepens a hundred times", ANY_LOSS, _text("".join(" " * n + "if 1:\n" for n in range(110)) + " " * 110 + "pass\n" + ANSWER)),
}  # fmt: skip
