"""Every student's own reports as files: what is there and still holds is left alone, the rest written on all cores."""

from __future__ import annotations

import contextlib
import hashlib
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
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
AT_LEAST = 16
"""For fewer students a process is not begun."""
FEW = 40
"""So many students' reports are written sooner than other processes have begun."""

Page = tuple[str, str]
"""Where a student's report is, from the class's page, and the file that it is about."""
Links = Mapping[str, Sequence[Page]]
"""Each student's reports."""


class Task(msgspec.Struct, frozen=True):
    """Students whose reports are to be written into a folder, and the gradebook's URL."""

    address: str
    folder: str
    renderer: str
    keys: Sequence[str]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Where the reports are, or why they are not."""

    links: dict[str, list[Page]] = {}
    problem: str = ""
    cure: str = ""


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
        return dict(_write(book, Task("", str(folder), renderer, due)))
    count = min(cores(), -(-len(due) // AT_LEAST))
    address = book.engine.url.render_as_string(hide_password=False)
    tasks = [Task(address, str(folder.absolute()), renderer, due[start::count]) for start in range(count)]
    links: dict[str, list[Page]] = {}
    with contextlib.ExitStack() as stack:
        writers = [stack.enter_context(_writer(task)) for task in tasks]
        for writer in writers:
            links |= _answer(writer.communicate()[0])
    return links


@contextlib.contextmanager
def _writer(task: Task) -> Iterator[subprocess.Popen[bytes]]:
    """Yield a process that has begun a task; it ends with the block at the latest. What is asked and told is JSON."""
    # A session of its own: Ctrl-C is for this process, which then ends that one.
    writer = subprocess.Popen(
        [sys.executable, "-I", "-m", __package__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    with writer:
        try:
            assert writer.stdin is not None
            with contextlib.suppress(BrokenPipeError):  # its end is told below
                writer.stdin.write(msgspec.json.encode(task))
                writer.stdin.close()
            writer.stdin = None
            yield writer
        finally:
            writer.kill()


def _answer(told: bytes) -> dict[str, list[Page]]:
    try:
        answer = msgspec.json.decode(told, type=Answer)
    except msgspec.DecodeError:
        raise Mistake("a process that writes reports has died", "Give the same command again.") from None
    if answer.problem:
        raise Mistake(answer.problem, answer.cure)
    return answer.links


def main() -> None:
    """Do the task on stdin, and tell where the reports are on stdout."""
    task = msgspec.json.decode(sys.stdin.buffer.read(), type=Task)
    try:
        with gradebook.opened(task.address, create=False) as book:
            answer = Answer(links=dict(_write(book, task)))
    except Mistake as mistake:
        answer = Answer(problem=mistake.problem, cure=mistake.cure)
    except OSError as error:
        answer = Answer(problem=f"{task.folder} cannot be written: {error.strerror}", cure="Give another folder.")
    sys.stdout.buffer.write(msgspec.json.encode(answer))


def _write(book: Gradebook, task: Task) -> Iterator[tuple[str, list[Page]]]:
    """Yield each student with where their reports are, once they are there; one student's are held at a time."""
    folder = Path(task.folder)
    for key in task.keys:
        pages = []
        for file, state, parts in gradebook.attempt_reports(book, key):
            place = _place(key, task.renderer, state)
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
