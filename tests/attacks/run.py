"""Grading attacks: with small limits, a few cases, several at a time. Also a program, to run as somebody else.

    python tests/attacks/run.py --isolation floor [--user] [--closed] [--share 5]

prints the active layers and what is wrong as JSON. `--user` becomes an ordinary user first, `--closed` refuses itself
new namespaces, as Docker's default profile does, `--share 5` takes every fifth attack.
"""

from __future__ import annotations

import argparse
import ctypes
import io
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
for place in (ROOT, Path(__file__).parent):
    if str(place) not in sys.path:
        sys.path.insert(0, str(place))

import msgspec

from grader import catalogue, course, grade
from grader.cache import Cache
from grader.errors import Mistake
from grader.grade import Task
from grader.model import Limits, Report
from grader.report import html as html_report
from grader.report import json as json_report
from grader.report import terminal
from grader.sandbox.bench import Bench
from grader.sandbox.isolation import decide
from grader.sandbox.server import ForkServer
from grader.submission import read

FOLDER = Path(__file__).parent
FIRST_LINE = re.compile(r"# attack: (?P<tries>.+?) \| must: (?P<must>[a-z_|]+)(?:$|\\n)")
OUTCOMES = {
    "passed", "wrong", "raised", "timed_out", "out_of_memory", "crashed", "refused", "not_attempted", "mistake",
}  # fmt: skip
LIMITS = Limits(call_s=1.0, cell_s=2.0, submission_s=8.0, memory_bytes=512 << 20, output_bytes=256 << 10, reply_bytes=8 << 20)
CASES = ("a batch of predictions", "perfect predictions", "called twice")
AT_A_TIME = 4
NOBODY = 65534


class Attack(NamedTuple):
    """A file that attacks, what it tries, and which outcomes it may get."""

    path: Path
    tries: str
    must: frozenset[str]


class Graded(NamedTuple):
    """What came of a file: its outcome, the JSON report's text, and how long it took."""

    outcome: str
    text: str
    seconds: float


def attacks() -> list[Attack]:
    """Return every attack that lies in this folder."""
    helpers = {"made.py", "run.py"}
    paths = [path for path in sorted(FOLDER.iterdir()) if path.suffix in {".py", ".ipynb"} and path.name not in helpers]
    return [declared(path) for path in paths]


def declared(path: Path) -> Attack:
    """Read the first line of a file, or of a notebook's first code cell, without trusting anything else in it."""
    lines = path.read_text(encoding="utf-8").splitlines()
    line = lines[0] if path.suffix == ".py" else next(line for line in lines if '"source"' in line)
    found = FIRST_LINE.search(line)
    assert found is not None, f"{path.name} does not say what it tries and which outcome it must get"
    must = frozenset(found["must"].split("|"))
    assert must <= OUTCOMES, f"{path.name} names an outcome that there is not: {must - OUTCOMES}"
    return Attack(path, found["tries"], must)


class Arena:
    """One fork server and the exercise that is attacked, with the reference already observed."""

    def __init__(self, isolation: str, cache: Path) -> None:
        self.server = ForkServer(("notebook",), lambda: decide(isolation))
        self.bench = Bench(self.server)
        found, store = course.load(ROOT), Cache(cache)
        exercise = catalogue.load(["mse_loss"], found, self.bench, store)[0]
        task = grade.prepare(exercise, found, 0, self.bench, store)
        calls = tuple(
            (case, msgspec.structs.replace(call, timeout_s=LIMITS.call_s))
            for case, call in task.calls
            if case.name in CASES
        )
        limited = msgspec.structs.replace(exercise, cases=tuple(case for case, _ in calls), limits=LIMITS)
        self.task: Task = replace(task, exercise=limited, calls=calls)

    def close(self) -> None:
        self.server.close()

    def grade(self, path: Path) -> Graded:
        """Grade one file, and write its report in every format. Whatever is raised here is a fault of the grader."""
        started = time.monotonic()
        try:
            report = grade.grade(read(path), (self.task,), 0, self.bench)
        except Mistake as mistake:
            assert mistake.problem, "a refusal needs a sentence"
            assert mistake.cure, "a refusal needs a cure"
            return Graded("mistake", str(mistake), time.monotonic() - started)
        text = written(report)
        return Graded(report.results[0].outcome.value, text, time.monotonic() - started)

    def grade_all(self, paths: Iterable[Path]) -> dict[str, Graded]:
        """Grade files, a few at a time, and return what came of each by name."""
        chosen = list(paths)
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            return dict(zip([path.name for path in chosen], pool.map(self.grade, chosen), strict=True))


def everything(folder: Path) -> list[Attack]:
    """Return the attacks of this folder and those that are made, in `folder`, now."""
    from made import MADE

    found = attacks()
    for name, attack in MADE.items():
        attack.make(folder / name)
        found.append(Attack(folder / name, attack.tries, frozenset(attack.must)))
    return found


def problems(found: dict[str, Graded], declared_by_name: dict[str, frozenset[str]]) -> list[str]:
    """Return a sentence for each file whose outcome is not among those that it must get."""
    return [
        f"{name} got {graded.outcome}; it must get {' or '.join(sorted(declared_by_name[name]))}"
        for name, graded in found.items()
        if graded.outcome not in declared_by_name[name]
    ]


def written(report: Report) -> str:
    """Write a report in every format; return the JSON. No escape sequence and no markup of the submission gets through."""
    text = json_report.render(report)
    page = html_report.render(report)
    page.encode()
    assert "\x1b" not in page
    for markup in ("<b id=attack>", "<script>alert", "<img src=x", 'href="javascript:'):
        assert markup not in page, f"{markup} is in the page"
    from rich.console import Console

    console = Console(file=io.StringIO(), width=100, highlight=False, emoji=False, markup=False, color_system=None)
    terminal.render(report, console=console, verbose=True, quiet=False)
    shown = console.file.getvalue()
    shown.encode()
    for character in "\x1b\x9b\x08\x07\u202e\u2066\u200b":
        assert character not in shown, f"{character!r} is shown on the terminal"
    return text


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--isolation", default="auto")
    parser.add_argument("--user", action="store_true")
    parser.add_argument("--closed", action="store_true")
    parser.add_argument("--share", type=int, default=1, help="every n-th attack")
    asked = parser.parse_args(words)
    if asked.closed:
        close_user_namespaces()
    if asked.user:
        become_user()
    with tempfile.TemporaryDirectory() as place:
        os.environ["HOME"] = place
        chosen = everything(Path(place))[:: asked.share]
        arena = Arena(asked.isolation, Path(place))
        try:
            found = arena.grade_all([attack.path for attack in chosen])
            layers = arena.bench.run(grade.Job(mode="module", cells=())).layers
        finally:
            arena.close()
    wrong = problems(found, {attack.path.name: attack.must for attack in chosen})
    print(json.dumps({"layers": layers, "graded": len(found), "problems": wrong}))


def close_user_namespaces() -> None:
    from grader.confine import libc, seccomp

    libc.prctl("no_new_privs", libc.PR_SET_NO_NEW_PRIVS, 1)
    seccomp.restrict([seccomp.Rule(call, 1) for call in ("unshare", "mount", "setns", "pivot_root")])


def become_user() -> None:
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # dumpable again, as any process that is started by that user


if __name__ == "__main__":
    main(sys.argv[1:])
