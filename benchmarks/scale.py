"""Does a submission cost the same in a class of 10 and of 10,000?

Usage: python benchmarks/scale.py [SIZE ...]; then once more with `simulate N`: N hand-ins through everything but the
sandbox, whose answers are played back: files read, looked up, judged by nobody, recorded, told. Prints wall and CPU
milliseconds a submission, and the most memory. The fork server's start (about 3 s of CPU) is in it, so small classes look
dear; "further" is what each further submission costs, from this size to the one before.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import measured
import msgspec

from grader import classroom, course, gradebook
from grader.classroom import Asked, Desk, Done, Graded, Hall, Work
from grader.intake import Found, Student
from grader.sandbox.bench import Bench
from grader.sandbox.server import ForkServer

ROOT = Path(__file__).resolve().parent.parent
SIZES = (10, 100, 1_000, 10_000)
ANSWER = "def mse_loss(pred, target):\n    return (pred - target).square().mean()  # {}\n"


def main(sizes: list[int]) -> None:
    print(f"{'submissions':>12}{'wall ms':>10}{'CPU ms':>10}{'peak MB':>10}{'further: wall':>15}{'CPU':>8}")
    before = (0, 0.0, 0.0)
    with tempfile.TemporaryDirectory(prefix="grader-scale-") as name:
        folder = Path(name)
        grade(folder, write(folder, 2))  # fills the cache
        for size in sizes:
            cost = grade(folder, write(folder, size))
            more = size - before[0]
            print(
                f"{size:12}{1e3 * cost.wall_s / size:10.1f}{1e3 * cost.cpu_s / size:10.1f}{cost.peak_bytes / 1e6:10.0f}"
                f"{1e3 * (cost.wall_s - before[1]) / more:15.1f}{1e3 * (cost.cpu_s - before[2]) / more:8.1f}",
                flush=True,
            )
            before = (size, cost.wall_s, cost.cpu_s)


def write(folder: Path, size: int) -> Path:
    place = folder / f"class-{size}"
    for number in range(size):
        (place / f"s{number:06d}").mkdir(parents=True)
        (place / f"s{number:06d}" / "mse_loss.py").write_text(ANSWER.format(number))
    return place


def grade(folder: Path, place: Path) -> measured.Cost:
    words = ["class", str(place), "--course", str(ROOT), "-e", "mse_loss"]
    return measured.run([sys.executable, "-m", "grader", *words], cwd=folder, XDG_CACHE_HOME=str(folder / "cache"))


def simulate(count: int) -> None:
    """Put a class through the trusted side alone, and print how its cost and its memory grow."""
    server = ForkServer()
    with tempfile.TemporaryDirectory(prefix="grader-scale-") as name:
        folder = Path(name)
        asked = Asked(course.load(ROOT), None, ("mse_loss",), jobs=2)
        desk = Desk(asked, Bench(server), classroom.Cache(folder / "cache"))
        desk.key("mse_loss")
        desk.prepare("mse_loss")
        path = folder / "mse_loss.py"
        path.write_text(ANSWER.format("the one that is graded"))
        model = desk.graded(classroom.contents(Found(Student("m"), path), no_zip), ("mse_loss",)).report
        server.close()

        def answered(work: Work) -> Graded:
            return Graded(msgspec.structs.replace(model, digest=work.handed.digest))

        def handed_in() -> Iterator[Found]:
            for number in range(count):
                path.write_text(ANSWER.format(number))  # read before the next one is written
                yield Found(Student(f"s{number:07d}"), path)

        print(f"{'submissions':>12}{'wall ms each':>14}{'CPU ms each':>13}{'peak MB':>10}{'grades.db MB':>14}")
        told, since = Counter[str](), [time.monotonic(), time.process_time()]
        steps = {count // 100, count // 10, count // 2, count}

        def tell(done: Done) -> None:
            assert done.error is None, done.error
            told["all"] += 1
            if told["all"] in steps:
                wall, cpu = (
                    now - then for now, then in zip((time.monotonic(), time.process_time()), since, strict=True)
                )
                peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
                size = sum(each.stat().st_size for each in folder.glob("grades.db*")) / 1e6
                ms = [1e3 * each / told["all"] for each in (wall, cpu)]
                print(f"{told['all']:12}{ms[0]:14.2f}{ms[1]:13.2f}{peak:10.0f}{size:14.1f}", flush=True)

        with gradebook.opened(folder / "grades.db") as book, ThreadPoolExecutor(2) as pool:
            hall = Hall(pool, 3, answered, lambda _: None, lambda graded: graded)
            classroom.run(handed_in(), desk, book, tell, lambda: False, hall)
            started = time.monotonic()
            grades = gradebook.grades(book, gradebook.Policy())
            print(f"the grades of {len(grades)} students are read in {time.monotonic() - started:.1f} s")


def no_zip(path: Path, name: str) -> bytes:
    raise AssertionError((path, name))


if __name__ == "__main__":
    if sys.argv[1:2] == ["simulate"]:
        simulate(int(sys.argv[2]))
    else:
        main([int(word) for word in sys.argv[1:]] or list(SIZES))
