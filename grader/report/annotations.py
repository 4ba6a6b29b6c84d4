"""GitHub's annotations: one workflow command an exercise that is not passed, at the student's line.

What is printed here is read by the runner, so every character that could end a message or a property is escaped by its
rules (https://docs.github.com/actions/reference/workflow-commands-for-github-actions).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grader.model import Outcome, Report, Result
from grader.report.graded import Graded, headline, place
from grader.report.text import OUTCOMES, clean, count, one_line

MOST = 10
"""GitHub shows so many annotations of one level a step, and drops the rest."""
LEVELS = {Outcome.UNGRADED: "warning", Outcome.NOT_ATTEMPTED: "notice"}
LONGEST = 4000


def render(report: Report) -> str:
    """Return the workflow commands of one report, a line each."""
    return render_all([Graded(report.submission, report)])


def render_all(files: Sequence[Graded]) -> str:
    """Return the workflow commands of many files; the last of too many says how many there were."""
    by_level: dict[str, list[str]] = {}
    for file in files:
        for level, line in _lines(file):
            by_level.setdefault(level, []).append(line)
    return "".join(line + "\n" for level, lines in by_level.items() for line in _cut(level, lines))


def fenced(text: str, token: str) -> str:
    """Return text between commands that stop the runner from reading any command in it; `token` must be unguessable."""
    return f"::stop-commands::{token}\n{text.rstrip()}\n::{token}::\n"


def _cut(level: str, lines: list[str]) -> list[str]:
    if len(lines) <= MOST:
        return lines
    more = count(len(lines) - MOST + 1, "more exercise")
    return [*lines[: MOST - 1], command(level, f"and {more}: the job's summary tells of all of them", {})]


def _lines(file: Graded) -> Iterator[tuple[str, str]]:
    if file.report is None:
        told = f"{file.problem}\n{file.cure}".strip()
        level = "warning" if file.ours else "error"
        yield level, command(level, told, {"file": file.path, "title": "This file could not be graded"})
        return
    for result in file.report.results:
        if result.outcome is not Outcome.PASSED:
            level = LEVELS.get(result.outcome, "error")
            yield level, _of(file.path, file.report, result, level)


def _of(path: str, report: Report, result: Result, level: str) -> str:
    """Return an exercise's annotation. A notebook's line counts in its cell, not in its file, so the text tells it."""
    at = place(result)
    told = "\n".join(headline(report, result))
    properties = {"file": path}
    if at.cell:
        told = f"{at.words()}: {told}"
    elif at.line:
        properties["line"] = str(at.line)
    properties["title"] = f"{one_line(result.exercise, 80)}: {OUTCOMES[result.outcome].word}"
    return command(level, told, properties)


def command(name: str, message: str, properties: dict[str, str]) -> str:
    """Return one workflow command on one line."""
    words = ",".join(f"{key}={_property(one_line(value, 300))}" for key, value in properties.items())
    return f"::{name}{' ' if words else ''}{words}::{_escaped(clean(message, LONGEST))}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
