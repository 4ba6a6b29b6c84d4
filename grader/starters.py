"""Starters: what a student begins with, an exercise's module or a lesson's notebook."""

from __future__ import annotations

from pathlib import Path

from grader.course import Course
from grader.errors import Mistake
from grader.model import Exercise

IMPORTS = "import torch\nimport torch.nn.functional as F\nfrom torch import Tensor, nn\n"


def start(name: str, course: Course, exercise: Exercise | None, folder: Path) -> Path:
    """Write an exercise's starter module, or a lesson's notebook, and return its path; never overwrites a file."""
    if exercise is None:
        notebook = course.root / "exercises" / name / f"{name}.ipynb"
        if not notebook.is_file():
            raise Mistake(f"the lesson {name} has no notebook", "Start one of its exercises: `grade list`.")
        return _write(folder / notebook.name, notebook.read_text(encoding="utf-8"))
    return _write(folder / f"{exercise.id}.py", module_source(exercise))


def module_source(exercise: Exercise) -> str:
    """Return the starter module of an exercise: its statement as a docstring, the usual imports, the stub."""
    statement = f"{exercise.title}.\n\n{exercise.statement}".replace('"""', "'''")
    opening = 'r"""' if "\\" in statement else '"""'
    return f'{opening}{statement}\n"""\n\n{IMPORTS}\n\n{exercise.starter.strip()}\n'


def _write(path: Path, text: str) -> Path:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise Mistake(f"{path} is there already", "Rename it or go to another folder; nothing was changed.") from None
    except OSError as error:
        raise Mistake(f"{path} cannot be written: {error.strerror}", "Go to a folder of your own.") from None
    return path
