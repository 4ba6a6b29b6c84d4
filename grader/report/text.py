"""Words, numbers and cleaned strings that every reporter shares."""

from __future__ import annotations

import math
import re
import string
from collections.abc import Callable, Mapping
from typing import NamedTuple

from grader.model import Outcome, Pairs, Report, Result, Status

CUT = 4000
"""A string of a submission is told up to so many characters."""

_NO_POINTS = 1e-5
"""A difference in points that comes from adding fractions up."""

_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\|\Z)"  # OSC, DCS and their kin: titles, links
    r"|\x1b[ -/]*[0-~]?"
    r"|\x9b[0-?]*[ -/]*[@-~]",
    re.DOTALL,
)
_NEWLINES = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile(r"\s+")


class _Cleaned(dict[int, str]):
    """A translate table: what cannot be seen is dropped, half characters become U+FFFD."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if character.isprintable() or character in "\n\t":
            kept = character
        elif 0xD800 <= code <= 0xDFFF or 0xE000 <= code <= 0xF8FF:
            kept = "\N{REPLACEMENT CHARACTER}"
        else:
            kept = " " if character.isspace() else ""
        return kept


class OutcomeText(NamedTuple):
    """How an outcome is told: two signs, a word, and a sentence where no difference explains it."""

    glyph: str
    ascii: str
    word: str
    sentence: str
    style: str


OUTCOMES: Mapping[Outcome, OutcomeText] = {
    Outcome.PASSED: OutcomeText("✓", "+", "passed", "as expected", "green"),
    Outcome.WRONG: OutcomeText("✗", "x", "wrong", "the result is not as expected", "red"),
    Outcome.RAISED: OutcomeText("!", "!", "raised", "your code raised an exception", "red"),
    Outcome.TIMED_OUT: OutcomeText(
        "◷", "~", "timed out", "it ran longer than it may; look for a loop that never ends", "yellow"
    ),
    Outcome.OUT_OF_MEMORY: OutcomeText(
        "▲", "^", "out of memory", "it asked for more memory than it may use; check the shapes it builds", "yellow"
    ),
    Outcome.CRASHED: OutcomeText(
        "‡", "#", "crashed", "the Python process ended in the middle of the call, without an exception", "red"
    ),
    Outcome.REFUSED: OutcomeText("⊘", "/", "refused", "your code does something that is not allowed here", "yellow"),
    Outcome.NOT_ATTEMPTED: OutcomeText("○", "o", "not attempted", "the starter is unchanged or missing", "dim"),
    Outcome.UNGRADED: OutcomeText(
        "?", "?", "ungraded", "the grader failed here; this is not your fault and costs no points", "magenta"
    ),
}

STATUSES: Mapping[Status, str] = {
    Status.OK: "ran to its end",
    Status.RAISED: "raised an exception",
    Status.TIMED_OUT: "ran longer than it may",
    Status.OUT_OF_MEMORY: "asked for more memory than it may use",
    Status.OUTPUT_LIMIT: "printed more than is kept",
    Status.CRASHED: "ended the Python process without an exception",
    Status.BROKEN: "was not run: the grader failed here; this is not your fault",
}


def clean(text: str, limit: int = CUT) -> str:
    """Return text without terminal escapes, control characters, bidi overrides and other invisible characters."""
    if not text.isprintable():
        text = _NEWLINES.sub("\n", _ESCAPES.sub("", text[: 4 * limit])).translate(_Cleaned())
    return text if len(text) <= limit else f"{text[:limit]}…"


def source_lines(source: str, limit: int = 400) -> list[str]:
    """Return the lines of source as Python counts them, without characters that could hide what it does."""
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = [line if line.isprintable() else line.translate(_Cleaned()) for line in lines[:limit]]
    return [line if len(line) <= 500 else f"{line[:500]}…" for line in kept] + ["…"] * (len(lines) > limit)


def one_line(text: str, limit: int = 200) -> str:
    """Return cleaned text with every run of white space as one blank."""
    return clean(_SPACES.sub(" ", clean(text, 4 * limit)).strip(), limit)


def inserted(fact: str) -> str:
    """Return a fact as one line; it may begin with the blank before it: " (line 5)"."""
    return (" " if fact.startswith(" ") else "") + one_line(fact)


def tail(text: str, lines: int = 20) -> str:
    """Return the last lines of cleaned output."""
    kept = clean(text[-CUT:]).rstrip().split("\n")
    return "\n".join(kept if len(kept) <= lines else ["…", *kept[-lines:]])


def number(value: float | str | bool | None, digits: int = 4) -> str:
    """Return a number in at most `digits` significant digits; whole numbers as they are."""
    match value:
        case None:
            return "nothing"
        case str():
            return one_line(value, 40)
        case bool() | int():
            return str(value)
        case float():
            whole = math.isfinite(value) and value == int(value) and abs(value) < 10**6
            return str(int(value)) if whole and digits <= 4 else f"{value:.{digits}g}"


def number_pair(got: float | str | None, expected: float | str | None) -> tuple[str, str]:
    """Return two numbers in as few digits, at least 4, as show that they differ."""
    for digits in range(4, 17):
        told = number(got, digits), number(expected, digits)
        if told[0] != told[1]:
            return told
    return number(got, 17), number(expected, 17)


def points(value: float) -> str:
    """Return points with at most one decimal: "7.5", "10"."""
    return f"{value:.1f}".removesuffix(".0")


def earned(value: float, most: float) -> str:
    """Return points that were earned, rounded down; never as many as there are, nor 0, unless that is so.

    More than there are, which an instructor may give, are told as they are.
    """
    if value > most + _NO_POINTS:
        return f"{value:g}"
    if value >= most - _NO_POINTS:
        return points(most)
    for digits in range(1, 5):
        scale = 10**digits
        told = f"{math.floor(value * scale + _NO_POINTS) / scale:.{digits}f}".rstrip("0").removesuffix(".")
        if told not in {points(most), "0"} or value < _NO_POINTS:
            return told
    return f"{value:g}"


def of(value: float, most: float) -> str:
    """Return "2.2 / 10": points that were earned of those that there are."""
    return f"{earned(value, most)} / {points(most)}"


def count(amount: int, noun: str) -> str:
    """Return "1 case", "3 cases"."""
    return f"{amount} {noun}" if amount == 1 else f"{amount} {noun}s"


def shape(sizes: tuple[int, ...]) -> str:
    """Return a shape as PyTorch's users write it: "(4, 7)", "(4,)", "()"."""
    return str(tuple(sizes))


def filled(template: str, facts: Pairs, insert: Callable[[str], str]) -> str:
    """Return a rule's template with its `{names}` replaced by `insert(value as text)`.

    Only plain names are looked up. A name without a fact, and a template that is not a format string, stay as written.
    """
    known = dict(facts)
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError:
        return template
    pieces: list[str] = []
    for literal, name, form, conversion in parts:
        pieces.append(literal)
        if name is None:
            continue
        if name in known:
            pieces.append(insert(_fact(known[name], form or "")))
        else:
            pieces.append("{" + name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "") + "}")
    return "".join(pieces)


def _fact(value: float | str | bool | None, form: str) -> str:
    try:
        return format(value, form) if form else number(value) if isinstance(value, float) else clean(str(value), 400)
    except (ValueError, TypeError):
        return clean(str(value), 400)


def where(report: Report) -> tuple[bool, str]:
    """Tell whether the code ran isolated, and in which words."""
    if not report.layers or "none" in report.layers:
        return False, "NOT ISOLATED: this code ran without a sandbox, with all the rights of the person who graded it"
    return True, "isolated by " + ", ".join(one_line(layer, 60) for layer in report.layers)


def passed_cases(result: Result) -> str:
    """Return "2 of 3 cases"."""
    passed = sum(verdict.outcome is Outcome.PASSED for verdict in result.verdicts)
    return f"{passed} of {count(len(result.verdicts), 'case')}"


def tally(report: Report) -> str:
    """Return how many exercises ended how: "7 passed, 3 wrong, 1 ungraded"."""
    outcomes = [result.outcome for result in report.results]
    return ", ".join(f"{outcomes.count(one)} {OUTCOMES[one].word}" for one in Outcome if one in outcomes)


def quoted(names: tuple[str, ...]) -> str:
    """Return names as a list in a sentence: "a, b and c"."""
    *first, last = (one_line(name, 60) for name in names)
    return f"{', '.join(first)} and {last}" if first else last
