"""The subcommands besides grading: list, new, explain, doctor."""

from __future__ import annotations

from pathlib import Path

from grader import findings
from grader.course import Course
from grader.errors import Mistake
from grader.expected import misconceptions_in
from grader.misconceptions import PREFIX
from grader.model import Exercise, RuleText

IMPORTS = "import torch\nimport torch.nn.functional as F\nfrom torch import Tensor, nn\n"


def listing(course: Course) -> str:
    """Return every lesson with its exercises and their titles."""
    lines = []
    for lesson in course.lessons:
        lines.append(f"{lesson.name}: {lesson.title}")
        width = max(len(name) for name in lesson.exercises)
        for name in lesson.exercises:
            lines.append(f"  {name:<{width}}  {_title(course.exercise_file(name))}")
    return "\n".join(lines)


def _title(path: Path) -> str:
    """Return the first line of a file's docstring, read as text: no exercise file is run for a list."""
    import ast  # noqa: PLC0415

    try:
        text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    except (SyntaxError, UnicodeDecodeError):
        return "(this file does not parse; `grade verify` says why)"
    return text.partition("\n")[0].rstrip(".")


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


def explanation(rule: str, course: Course) -> RuleText:
    """Return what a rule or a misconception means; raises `Mistake` with close ids."""
    found = findings.texts({rule})
    if found:
        return found[0]
    known = _misconceptions(course)
    if rule in known:
        return known[rule]
    import difflib  # noqa: PLC0415 - only for this message

    ids = [*findings.ids(), *known]
    close = difflib.get_close_matches(rule, ids, n=3, cutoff=0.4)
    raise Mistake(f"there is no finding {rule!r}", f"Did you mean {' or '.join(close)}?" if close else _all(ids))


def _all(ids: list[str]) -> str:
    return "There are: " + ", ".join(name for name in ids if not name.startswith(PREFIX))


def _misconceptions(course: Course) -> dict[str, RuleText]:
    texts: dict[str, RuleText] = {}
    for lesson in course.lessons:
        for name in lesson.exercises:
            path = course.root / "reference" / lesson.name / f"{name}.py"
            if path.is_file():
                for mistake, sentence in _sentences(path).items():
                    title = f"A known mistake in {name}: {mistake.replace('_', ' ')}"
                    text = RuleText(id=f"{PREFIX}{mistake}", title=title, message=sentence, why="", mend="")
                    texts.setdefault(text.id, text)
    return texts


def _sentences(path: Path) -> dict[str, str]:
    try:
        return misconceptions_in(path.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError):  # `grade verify` says what is wrong with it
        return {}


def say(text: RuleText) -> None:
    """Print a rule's words."""
    from rich.console import Console  # noqa: PLC0415
    from rich.markdown import Markdown  # noqa: PLC0415

    console = Console(highlight=False)
    console.print(f"{text.id}: {text.title}", style="bold", markup=False)
    for heading, body in (("", text.message), ("Why", text.why), ("What to do", text.mend)):
        if body:
            console.print(f"\n{heading}" if heading else "", style="bold")
            console.print(Markdown(body))
    if text.example:
        console.print(Markdown(f"```python\n{text.example}\n```"))
