"""What stands in a page of the documentation: files to write, and commands with what they print.

`python -m tests.pages PAGE...` puts into pages what their commands print now; read the diff before you commit it.
"""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

TITLE = re.compile(r'title="([^"]+)"')
CHECKER = doctest.OutputChecker()


@dataclass(frozen=True)
class File:
    """A block with a title: a file of that name is written."""

    name: str
    text: str


@dataclass(frozen=True)
class Command:
    """A line after `$` in a console block, with what stands below it until the next."""

    line: str
    output: str


def steps(page: Path) -> list[File | Command]:
    """Return what a reader of a page would do, in order."""
    found: list[File | Command] = []
    for token in MarkdownIt().parse(page.read_text(encoding="utf-8")):
        if token.type == "fence":
            title = TITLE.search(token.info)
            if title:
                found.append(File(title[1], token.content))
            elif token.info.split(" ")[0] == "console":
                found += commands(token.content)
    return found


def commands(text: str) -> list[Command]:
    """Return the commands of a console block."""
    parts = re.split(r"^\$ ", text, flags=re.MULTILINE)
    assert not parts[0].strip(), f"a console block begins with a command, not with {parts[0]!r}"
    pairs = [part.partition("\n") for part in parts[1:]]
    return [Command(line, output) for line, _, output in pairs]


def agrees(printed: str, told: str) -> bool:
    """Tell whether what was printed is what a page says; a line of three dots stands for any lines."""
    lines = re.sub(r"^\s*\.\.\.$", "...", told.strip(), flags=re.MULTILINE)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    return CHECKER.check_output(lines + "\n", printed.strip() + "\n", flags)


def run(line: str, folder: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command of a page as its reader would; stderr and stdout come together, as in a terminal."""
    return subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=200,
        check=False,
    )


def environment(folder: Path, cache: Path) -> dict[str, str]:
    """Return the environment of a reader with this package installed, an 80 columns wide terminal and no history."""
    kept = {key: value for key, value in os.environ.items() if key not in {"FORCE_COLOR", "CI"}}
    return kept | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "XDG_CACHE_HOME": str(cache),
        "XDG_DATA_HOME": str(folder / "data"),
        "NO_COLOR": "1",
        "COLUMNS": "80",
        "CHECKOUT": str(Path(__file__).parents[1]),
    }


def write(file: File, folder: Path) -> None:
    """Write a page's file."""
    path = folder / file.name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(file.text, encoding="utf-8")


def renew(page: Path) -> None:
    """Put what the commands of a page print now into it, but where a line of three dots leaves something out."""
    text = page.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "work")
        folder.mkdir()
        env = environment(Path(name), Path(name, "cache"))
        for step in steps(page):
            if isinstance(step, File):
                write(step, folder)
                continue
            printed = run(step.line, folder, env).stdout
            if step.output.strip() and not re.search(r"^\s*\.\.\.$", step.output, re.MULTILINE):
                told = f"$ {step.line}\n{step.output}"
                lines = "\n".join(line.rstrip() for line in printed.strip("\n").splitlines())
                text = text.replace(told, f"$ {step.line}\n{lines}\n", 1)
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for given in sys.argv[1:]:
        renew(Path(given))
