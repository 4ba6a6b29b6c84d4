"""`grade bundle`: a lesson as a course hands it out, with recordings in place of the references."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from grader import catalogue, grade, record, wire
from grader.cache import Cache
from grader.course import LESSON, Course, Lesson
from grader.errors import Mistake
from grader.expected import misconceptions_in
from grader.model import Recording
from grader.sandbox.bench import Bench
from grader.starters import module_source
from grader.submission import SOLUTION, read_bytes

Tell = Callable[[str], None]

README = """\
# {title}

Your work: fill in `{work}`, then

```console
$ grade {work}
```

Every exercise also has a starter of its own in `starters/`. Feedback is complete: what your code gives is compared with
what the course's own answers gave when this folder was made (`recorded/`); the answers themselves are not here.
Keep `exercises/` and `recorded/` as they are. Inputs are recorded for --seed {seeds}.

| exercise | points here | more in the course's own grading |
|---|---|---|
"""


@dataclass(frozen=True)
class Observer:
    """What observes references: a sandbox, what it saw before, and how much it does at once."""

    bench: Bench
    cache: Cache
    jobs: int = 1


def make(lesson: Lesson, course: Course, seeds: tuple[int, ...], observer: Observer) -> dict[str, bytes]:
    """Return the files of a lesson's bundle by path. Raises `Mistake` if a reference, or the notebook, is not sound."""
    folder = course.root / "exercises" / lesson.name
    exercises = catalogue.load(lesson.exercises, course, observer.bench, observer.cache)
    heads = [record.recording(exercise, _sentences(exercise.id, course), seeds) for exercise in exercises]
    files = dict[str, bytes]()
    for head in heads:
        files[f"exercises/{lesson.name}/{head.exercise.id}.py"] = head.exercise.source.encode()
        files[f"starters/{head.exercise.id}.py"] = module_source(head.exercise).encode()
        files[_place(course, head.exercise.id, None)] = wire.encode(head)

    def observed(pair: tuple[int, int]) -> tuple[str, bytes]:
        exercise, shown, seed = exercises[pair[0]], heads[pair[0]].exercise, pair[1]
        task = grade.prepare(exercise, course, seed, observer.bench, observer.cache)
        return _place(course, exercise.id, seed), wire.encode(record.recorded(task, shown))

    with ThreadPoolExecutor(observer.jobs, thread_name_prefix="bundle") as pool:
        files |= pool.map(observed, [(index, seed) for index in range(len(exercises)) for seed in seeds])
    for path in (folder / LESSON, folder / f"{lesson.name}.ipynb"):
        if path.is_file():
            files[f"exercises/{lesson.name}/{path.name}"] = _given_out(path)
    notebook = files.get(f"exercises/{lesson.name}/{lesson.name}.ipynb")
    if notebook is not None:
        files[f"{lesson.name}.ipynb"] = notebook
    files["README.md"] = _readme(lesson, heads, has_notebook=notebook is not None).encode()
    return files


def write(files: dict[str, bytes], out: Path, tell: Tell = lambda _: None) -> None:
    """Write a bundle into a new or empty folder. Raises `Mistake` if it is not empty or cannot be written."""
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise Mistake(f"{out} is there already", "Give a new folder, or an empty one: -o FOLDER.")
    try:
        for name, content in files.items():
            path = out / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    except OSError as error:
        raise Mistake(f"the bundle cannot be written to {out}: {error.strerror}", "Give another folder.") from None
    tell(f"{out}: {len(files)} files, {sum(map(len, files.values())) / 1e6:.1f} MB")


def _sentences(name: str, course: Course) -> tuple[tuple[str, str], ...]:
    return tuple(misconceptions_in(course.reference_file(name).read_text(encoding="utf-8")).items())


def _place(course: Course, name: str, seed: int | None) -> str:
    return course.recording(name, seed).relative_to(course.root).as_posix()


def _given_out(path: Path) -> bytes:
    """Return a lesson's file; of a notebook the cells that are no solutions, without any outputs."""
    if path.suffix != ".ipynb":
        return read_bytes(path)
    try:
        notebook = json.loads(read_bytes(path))
        cells = [cell for cell in notebook["cells"] if SOLUTION not in cell.get("metadata", {}).get("tags", [])]
        for cell in cells:
            cell.pop("attachments", None) if cell["cell_type"] == "code" else None
            if cell["cell_type"] == "code":
                cell["outputs"], cell["execution_count"] = [], None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Mistake(
            f"the lesson's notebook {path.name} is damaged: {error!r}", "Open and save it in Jupyter."
        ) from None
    return (json.dumps(notebook | {"cells": cells}, indent=1, ensure_ascii=False) + "\n").encode()


def _readme(lesson: Lesson, heads: list[Recording], *, has_notebook: bool) -> str:
    work = f"{lesson.name}.ipynb" if has_notebook else f"starters/{lesson.exercises[0]}.py"
    seeds = ", ".join(map(str, heads[0].seeds))
    rows = [
        f"| {head.exercise.id} | {head.exercise.points:.4g} | {head.hidden_points:.4g} |\n".replace("| 0 |\n", "| |\n")
        for head in heads
    ]
    return README.format(title=lesson.title, work=work, seeds=seeds) + "".join(rows)
