"""What reads the outputs of `grade ci` elsewhere, modelled from their published rules."""

from __future__ import annotations

import base64
import json
import re
from typing import Any, NamedTuple


class Command(NamedTuple):
    """A workflow command as GitHub's runner understands it."""

    name: str
    properties: dict[str, str]
    message: str


def commands(log: str) -> list[Command]:
    """Return the workflow commands that a runner obeys in a step's output.

    A line is one if it begins, after blanks, with `::`; `##[` is one wherever it stands. Between stop-commands and its
    token none is.
    """
    found, token = list[Command](), ""
    for line in re.split(r"\r\n|\r|\n", log):
        text = line.lstrip()
        if token:
            token = "" if text.rstrip() == f"::{token}::" else token
            continue
        match = re.match(r"::([^\s:]+)(?: ([^:]*(?:%3A[^:]*)*))?::(.*)$", text)
        if match is None:
            assert "##[" not in line, line
            continue
        if match[1] == "stop-commands":
            token = match[3]
            continue
        pairs = (pair.partition("=") for pair in (match[2] or "").split(",") if pair)
        found.append(Command(match[1], {key: _unescaped(value) for key, _, value in pairs}, _unescaped(match[3])))
    return found


def _unescaped(text: str) -> str:
    for sign, code in ((":", "%3A"), (",", "%2C"), ("\n", "%0A"), ("\r", "%0D"), ("%", "%25")):
        text = text.replace(code, sign)
    return text


class Notice(NamedTuple):
    """What Classroom's reporter tells of a runner's result."""

    total: float
    most: float
    failed: bool
    table: list[tuple[str, str]]


def classroom(result: str) -> Notice:
    """Read a runner's output as `autograding-grading-reporter` does: base64, JSON, scores added up as numbers."""
    document: dict[str, Any] = json.loads(base64.b64decode(result, validate=True))
    assert document["version"] in {1, 2, 3}
    assert document["status"] in {"pass", "fail", "error"}
    total, table = 0.0, []
    for test in document["tests"]:
        assert isinstance(test["name"], str)
        assert test["status"] in {"pass", "fail", "error"}
        assert type(test["score"]) in {int, float}  # else the sum is NaN
        assert type(test["line_no"]) is int
        total += test["score"]
        where = f" (line {test['line_no']})" if test["line_no"] else ""
        table.append((test["status"], f"{test['name']}{where}: {test.get('message', '')}"))
    failed = any(status != "pass" for status, _ in table)
    return Notice(total, document["max_score"], failed, table)
