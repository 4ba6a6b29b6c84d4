"""Every student's own reports as files: what is there and still holds is left alone, the rest written on all cores."""

from __future__ import annotations

import hashlib
import multiprocessing
import re
import signal
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from itertools import chain
from pathlib import Path

import msgspec

from grader import gradebook
from grader.batch import cores
from grader.cache import code_version, digest
from grader.errors import Mistake
from grader.gradebook import Gradebook
from grader.model import Report
from grader.report import html

STUDENTS = "students"
OWN = re.compile(r"[a-z0-9-]*-[0-9a-f]{8}-[0-9a-f]{12}\.html")
"""The names of the reports that are written here; no other file is removed."""
AT_ONCE = 8
"""So many students' reports are one piece of work for a process."""
FEW = 40
"""So many students' reports are written sooner than other processes have begun."""

Page = tuple[str, str]
"""Where a student's report is, from the class's page, and the file that it is about."""
Links = Mapping[str, Sequence[Page]]
"""Each student's reports."""


def write_reports(book: Gradebook, folder: Path) -> Links:
    """Write the reports that are not there, one an attempt, remove those that no longer hold, and return where they are.

    A file's name holds a digest of what it says and of what renders it. Raises `Mistake` if a report is damaged, OSError
    if one cannot be written.
    """
    (folder / STUDENTS).mkdir(parents=True, exist_ok=True)
    renderer = _renderer()
    links: dict[str, Sequence[Page]] = {
        key: [(_place(key, renderer, state), file) for file, state in files]
        for key, files in gradebook.report_states(book).items()
    }
    due = [key for key, pages in links.items() if not all((folder / place).is_file() for place, _ in pages)]
    links |= _written(book, due, folder, renderer)
    wanted = {place for pages in links.values() for place, _ in pages}
    for path in (folder / STUDENTS).glob("*.html"):
        if OWN.fullmatch(path.name) and f"{STUDENTS}/{path.name}" not in wanted:
            path.unlink()
    return links


def slug(words: str) -> str:
    """Return a text as a file name that every system takes."""
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:40]


def short(words: str) -> str:
    """Return a few characters that stand for a text."""
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:8]


def _renderer() -> str:
    """Return a digest of what turns a report into a page."""
    templates = sorted(
        (path for path in html.shipped_templates().iterdir() if path.is_file()), key=lambda path: path.name
    )
    return digest(code_version(), *(path.read_bytes() for path in templates))


def _place(key: str, renderer: str, state: str) -> str:
    return f"{STUDENTS}/{slug(key)}-{short(key)}-{digest('page', renderer, state)[:12]}.html"


def _written(book: Gradebook, due: Sequence[str], folder: Path, renderer: str) -> Links:
    """Write some students' reports and return where all of theirs are, as the gradebook was when it was read for them."""
    if len(due) <= FEW or cores() == 1 or book.in_memory:
        return dict(_write(book, due, folder, renderer))
    pieces = [due[start : start + AT_ONCE] for start in range(0, len(due), AT_ONCE)]
    # Spawned: this process may have threads, and a fork of one that has them may hang.
    pool = ProcessPoolExecutor(
        min(cores(), len(pieces)), mp_context=multiprocessing.get_context("spawn"), initializer=_leave_interrupts
    )
    try:
        work = partial(_write_here, book.engine.url, folder=folder, renderer=renderer)
        return dict(chain.from_iterable(pool.map(work, pieces)))
    except BrokenProcessPool as error:
        raise Mistake(f"a process that writes reports has died: {error}", "Give the same command again.") from None
    finally:
        pool.shutdown(cancel_futures=True)


def _leave_interrupts() -> None:
    """Leave Ctrl-C to the process that gave the work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _write_here(
    address: gradebook.Address, keys: Sequence[str], *, folder: Path, renderer: str
) -> list[tuple[str, list[Page]]]:
    with gradebook.opened(address, create=False) as book:
        return list(_write(book, keys, folder, renderer))


def _write(book: Gradebook, keys: Sequence[str], folder: Path, renderer: str) -> Iterator[tuple[str, list[Page]]]:
    """Yield each student with where their reports are, once they are there; one student's are held at a time."""
    for key in keys:
        pages = []
        for file, state, parts in gradebook.attempt_reports(book, key):
            place = _place(key, renderer, state)
            if not (folder / place).is_file():
                _replace(folder / place, html.render(_joined(parts)))
            pages.append((place, file))
        yield key, pages


def _replace(path: Path, document: str) -> None:
    """Write a file all at once, for one that is there is taken to be whole."""
    draft = path.with_suffix(".draft")
    draft.write_text(document, encoding="utf-8")
    draft.replace(path)


def _joined(parts: Sequence[Report]) -> Report:
    """Return one report of an attempt: after one exercise was graded again its results lie in two."""
    results = tuple(result for report in parts for result in report.results)
    texts = {rule.id: rule for report in parts for rule in report.texts}
    return msgspec.structs.replace(
        parts[-1],
        results=results,
        texts=tuple(texts.values()),
        points=round(sum(result.points for result in results), 6),
        max_points=round(sum(result.max_points for result in results), 6),
    )
