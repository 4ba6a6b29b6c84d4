"""Reporters by name: functions of a report that return text, from the entry-point group "grader.reporters"."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import TypeAlias

from grader.errors import Mistake
from grader.model import Report

GROUP = "grader.reporters"

Reporter: TypeAlias = Callable[[Report], str]


def names() -> tuple[str, ...]:
    """Return the names of all reporters that are installed."""
    return tuple(sorted({point.name for point in entry_points(group=GROUP)}))


def load(name: str) -> Reporter:
    """Return a reporter, checked: it can be imported, and called with a report alone. Raises `Mistake` if not so."""
    point = _point(name)
    try:
        reporter = point.load()
    except Exception as error:  # another package's code, which may raise anything
        raise Mistake(
            f"the reporter {name} ({point.value}) cannot be loaded: {type(error).__name__}: {error}",
            "Mend or reinstall the package that offers it.",
        ) from None
    if not callable(reporter) or not _takes_a_report(reporter):
        raise Mistake(
            f"the reporter {name} ({point.value}) is not a function of a report alone",
            "Its author should offer: def render(report: Report) -> str.",
        )
    return _named(name, reporter)


def _point(name: str) -> EntryPoint:
    found = list(entry_points(group=GROUP, name=name))
    if not found:
        close = difflib.get_close_matches(name, names(), n=2, cutoff=0.5)
        cure = f"Did you mean {' or '.join(close)}? " if close else ""
        raise Mistake(f"there is no reporter {name!r}", f"{cure}There are: {', '.join(names())}.")
    values = sorted({point.value for point in found})
    if len(values) > 1:
        raise Mistake(f"several packages offer a reporter {name!r}: {', '.join(values)}", "Uninstall all but one.")
    return found[0]


def _takes_a_report(reporter: Callable[..., object]) -> bool:
    try:
        inspect.signature(reporter).bind(object())
    except (TypeError, ValueError):  # it needs more or less, or is built in and tells nothing
        return False
    return True


def _named(name: str, reporter: Callable[[Report], object]) -> Reporter:
    """Return the reporter with its own failures told as mistakes of the package that it is from."""

    def checked(report: Report) -> str:
        try:
            text = reporter(report)
        except Exception as error:  # another package's code, which may raise anything
            raise Mistake(
                f"the reporter {name} failed: {type(error).__name__}: {error}", "Tell the author of its package."
            ) from error
        if not isinstance(text, str):
            raise Mistake(f"the reporter {name} gave {type(text).__name__}, not text", "It must return a str.")
        return text

    return checked
