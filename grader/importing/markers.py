"""Marked solutions taken out of source text: what students begin with. And tests that are marked as hidden."""

from __future__ import annotations

import re

BEGIN, END = re.compile(r"#+\s*BEGIN SOLUTION"), re.compile(r"#+\s*END SOLUTION")
HIDDEN = re.compile(r"^[ \t]*#+\s*(BEGIN|END) (HIDDEN|MARK SCHEME)( TESTS)?.*$", re.MULTILINE)
NBGRADER_STUB = ("# YOUR CODE HERE", "raise NotImplementedError")
AUTOTEST = re.compile(r"^([ \t]*)#+\s*(?:HASHED )?AUTOTEST\s+(.+)$", re.MULTILINE)

_NO_PROMPT = re.compile(r"#\s*SOLUTION NO PROMPT\s*$|#\s*SEED\s*$|#\s*IGNORE\s*$")
_LINE = re.compile(r"^(\s*)(.*?)\s*#\s*SOLUTION\s*$")
_ASSIGNED = re.compile(r"^([\w.,\s\[\]'\"]+?=)(?!=)")
_PROMPT_EDGE = re.compile(r"^\s*(\"\"\"\s*)?#\s*(BEGIN|END) PROMPT\s*$|^\s*\"\"\"\s*#\s*(BEGIN|END) PROMPT\s*$")


class UnbalancedError(ValueError):
    """A marker that begins or ends something has no other half."""


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def without_solution(source: str, stub: tuple[str, ...]) -> str:
    """Return code with each marked region as `stub`; raises `UnbalancedError`."""
    kept, inside = [], False
    for line in source.split("\n"):
        if BEGIN.search(line):
            if inside:
                raise UnbalancedError("BEGIN SOLUTION stands inside a solution")
            inside = True
            if "NO PROMPT" not in line:
                kept += [_indent(line) + part for part in stub]
        elif END.search(line):
            if not inside:
                raise UnbalancedError("END SOLUTION has no BEGIN SOLUTION")
            inside = False
        elif not inside:
            kept.append(line)
    if inside:
        raise UnbalancedError("BEGIN SOLUTION has no END SOLUTION")
    return "\n".join(kept)


def without_otter_solution(source: str) -> str:
    """Return code as otter gives it to students: regions and marked lines as "...", prompts kept; raises `UnbalancedError`."""
    lines = without_solution(_without_ignored(source), ("...",)).split("\n")
    kept = []
    for line in lines:
        if _NO_PROMPT.search(line) or _PROMPT_EDGE.match(line):
            continue
        marked = _LINE.match(line)
        if marked is None:
            kept.append(line)
            continue
        assigned = _ASSIGNED.match(marked[2])
        kept.append(f"{marked[1]}{assigned[1]} ..." if assigned else f"{marked[1]}...")
    return "\n".join(kept)


def without_otter_prompt(source: str) -> str:
    """Return code as the instructor runs it: without what only students are to see, and without markers."""
    kept, inside = [], False
    for line in _without_ignored(source).split("\n"):
        if _PROMPT_EDGE.match(line):
            inside = "BEGIN" in line
        elif not inside:
            kept.append(re.sub(r"\s*#\s*(SOLUTION( NO PROMPT)?|SEED)\s*$", "", line))
    return without_markers("\n".join(kept))


def _without_ignored(source: str) -> str:
    kept, inside = [], False
    for line in source.split("\n"):
        if re.match(r"\s*#\s*BEGIN\s+IGNORE", line, re.IGNORECASE):
            inside = True
        elif re.match(r"\s*#\s*END\s+IGNORE", line, re.IGNORECASE):
            inside = False
        elif not inside and not re.search(r"#\s*IGNORE\s*$", line):
            kept.append(line)
    return "\n".join(kept)


def without_markers(source: str) -> str:
    """Return code without the lines that mark solutions."""
    return "\n".join(line for line in source.split("\n") if not (BEGIN.search(line) or END.search(line)))
