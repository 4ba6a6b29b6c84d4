"""Killed again and again in the middle of a class: does anything get lost, or come out differently?

Usage: python benchmarks/kills.py [KILLS [STUDENTS]]. One class is graded undisturbed. The same class is graded with a
`kill -9` at each of KILLS random moments, of the whole program, of its fork server or of a worker in turn, the same command
following each. Prints what each kind of kill met, and whether the two gradebooks hold the same: every report byte for byte,
every exported grade. Not compared: row numbers, and the times at which verdicts were recorded.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import psutil
from answers import HEAD, answer

from grader import gradebook

ROOT = Path(__file__).resolve().parent.parent
KINDS = ("program", "fork server", "worker")
SEED = 20261127
TABLES = """
    SELECT students.key, attempts.file, attempts.late, submissions.digest, results.exercise, results.outcome,
           results.points, results.digest, results.lead, reports.digest, reports.body, cases.position, cases.name,
           cases.outcome, cases.points, cases.evidence_digest, versions.digest
    FROM attempts JOIN students ON students.id = student_id
    JOIN submissions ON submissions.id = attempts.submission_id
    JOIN current_results ON current_results.submission_id = attempts.submission_id
    JOIN results ON results.id = current_results.result_id
    JOIN reports ON reports.id = report_id JOIN versions ON versions.id = version_id
    JOIN cases ON cases.result_id = results.id ORDER BY students.key, results.exercise, cases.position
"""


def main(kills: int, students: int) -> int:
    chance = random.Random(SEED)  # the same moments each time, as far as a machine can
    with tempfile.TemporaryDirectory(prefix="grader-kills-") as name:
        folder = Path(name)
        for number in range(students):
            (folder / "in" / f"s{number:04d}").mkdir(parents=True)
            (folder / "in" / f"s{number:04d}" / "focal_loss.py").write_text(HEAD + answer(number))
        started = time.monotonic()
        run(folder, "calm.db")
        calm_s = time.monotonic() - started
        met, progress = Counter[str](), []
        for number in range(kills):
            kind = KINDS[number % len(KINDS)]
            met[f"{kind}: {disturb(folder, kind, chance, calm_s / 6)}"] += 1
            progress.append(recorded(folder / "wild.db"))
            if progress[-1] == students:  # all is graded: begin anew, so that every kill meets work
                compare(folder, met)
                for path in folder.glob("wild.db*"):
                    path.unlink()
        run(folder, "wild.db")
        compare(folder, met)
        print(f"{kills} kills in a class of {students}; undisturbed it takes {calm_s:.0f} s")
        for words, count in sorted(met.items()):
            print(f"  {count:4}  {words}")
        return 1 if any("differ" in words for words in met) else 0


def command(database: str) -> list[str]:
    words = ["class", "in", "--db", database, "--course", str(ROOT), "-e", "focal_loss", "-j", "2"]
    return [sys.executable, "-m", "grader", *words]


def environment(folder: Path) -> dict[str, str]:
    return os.environ | {"XDG_CACHE_HOME": str(folder / "cache")}


def run(folder: Path, database: str) -> None:
    done = subprocess.run(
        command(database), cwd=folder, env=environment(folder), check=False, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise SystemExit(f"grading ended with {done.returncode}:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")


def disturb(folder: Path, kind: str, chance: random.Random, most_s: float) -> str:
    """Grade, kill one process of a kind at a random moment, and return how the program ended."""
    output = folder / "output"
    with output.open("w") as file:
        process = subprocess.Popen(
            command("wild.db"), cwd=folder, env=environment(folder), stdout=file, stderr=subprocess.STDOUT
        )
        wait_for_first(output, process)
        time.sleep(chance.uniform(0.0, most_s))
        killed = kill(process, kind, chance)
        if kind == "program":
            process.wait()
            return "killed" if killed else "had ended"
        code = process.wait()
    said = output.read_text()
    return f"exit code {code}" + (", some ungraded" if "ungraded" in said else "") if killed else "had ended"


def wait_for_first(output: Path, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None and not output.read_text():
        time.sleep(0.02)


def kill(process: subprocess.Popen[bytes], kind: str, chance: random.Random) -> bool:
    """Send SIGKILL to the program, to its fork server, or to a worker of that; False if it is not there."""
    for _ in range(200):
        if process.poll() is not None:
            return False
        with contextlib.suppress(psutil.Error, IndexError):
            program = psutil.Process(process.pid)
            servers = [each for each in program.children() if "grader.worker.zygote" in each.cmdline()]
            workers = [worker for server in servers for worker in server.children(recursive=True)]
            chance.choice({"program": [program], "fork server": servers, "worker": workers}[kind]).send_signal(
                signal.SIGKILL
            )
            return True
        time.sleep(0.01)
    return False


def recorded(path: Path) -> int:
    with gradebook.opened(path) as book:
        return sum(grade.handed_in for grade in gradebook.grades(book, gradebook.Policy()))


def compare(folder: Path, met: Counter[str]) -> None:
    run(folder, "wild.db")  # what was left ungraded is taken up
    same = all(each(folder / "calm.db") == each(folder / "wild.db") for each in (content, exported))
    met["afterwards: gradebook, reports and export are the same" if same else "afterwards: they differ"] += 1


def content(path: Path) -> str:
    """Return a digest of all that a gradebook says of a class, reports byte for byte."""
    import sqlite3  # noqa: PLC0415 - of the benchmark alone

    with closing(sqlite3.connect(path)) as connection:
        return hashlib.sha256(repr(connection.execute(TABLES).fetchall()).encode()).hexdigest()


def exported(path: Path) -> bytes:
    target = path.with_suffix(".csv")
    subprocess.run([sys.executable, "-m", "grader", "export", target, "--db", path], check=True, capture_output=True)
    data = target.read_bytes()
    shutil.move(target, target.with_suffix(".old"))
    return data


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    sys.exit(main(*(numbers + [50, 300][len(numbers) :])))
