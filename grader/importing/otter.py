"""otter's master notebooks, and its test files, which are read as text and never run.

A question is between raw cells "# BEGIN QUESTION", with settings below it, and "# END QUESTION"; in it stand blocks of
SOLUTION, PROMPT and TESTS. https://otter-grader.readthedocs.io/en/latest/otter_assign/notebook_format.html
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from grader.errors import Mistake
from grader.importing.cells import SourceCell, lesson_name, names_in, read_with_otter
from grader.importing.doctests import from_value, read_tests
from grader.importing.gather import Gathering, joined
from grader.importing.markers import UnbalancedError, without_otter_prompt, without_otter_solution
from grader.importing.values import Snippet, Source

EDGE = re.compile(r"#\s*(BEGIN|END)\s+(QUESTION|SOLUTION|PROMPT|TESTS)\b", re.IGNORECASE)
CONFIG = re.compile(r"#\s*ASSIGNMENT\s+CONFIG\b", re.IGNORECASE)
FENCED = re.compile(r"\A\s*```otter\s*\n(.*?)\n\s*```\s*\Z", re.DOTALL)
SETTING = re.compile(r"^(\w+)\s*:\s*(.*?)\s*$", re.MULTILINE)
TEST_CONFIG = re.compile(
    r"\A(?:\w+\s*=\s*)?\"{1,3}\s*#\s*BEGIN TEST CONFIG(.*?)\"{1,3}\s*#\s*END TEST CONFIG[^\n]*\n",
    re.DOTALL | re.IGNORECASE,
)
HIDDEN_LINE = re.compile(r"\A\s*#[^\n]*\bHIDDEN\b[^\n]*\n?", re.IGNORECASE)


@dataclass
class _Question:
    """One question's cells by block, as they are gathered."""

    where: str
    settings: dict[str, str]
    text: list[str] = field(default_factory=list)
    prompt: list[SourceCell] = field(default_factory=list)
    solution: list[SourceCell] = field(default_factory=list)
    tests: list[SourceCell] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Return its name, which its test file bears."""
        return self.settings.get("name", "")


def read_otter(path: Path, lesson: str | None = None) -> Source:
    """Return what a master notebook asks for, or the one that students get, which has no answers.

    Tests in a folder `tests/` beside it are read too, and those in its metadata. Raises `Mistake` for what is no
    notebook.
    """
    gathering = Gathering()
    cells, metadata = read_with_otter(path)
    files = _test_files(path.parent / "tests")
    questions = list(_questions(cells, gathering))
    for question in questions:
        _take(question, files.pop(question.name, None), gathering)
    if not questions:
        _student_version(cells, files, _embedded(metadata, gathering), gathering)
        files.clear()
    for name, file in files.items():
        gathering.problem(f"tests/{file.name}", f"no question is called {name!r}")
    return gathering.finish(lesson or lesson_name(path), path.name)


def _test_files(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        return {}
    return {path.stem: path for path in sorted(folder.glob("*.py")) if not path.name.startswith("_")}


def _edge(cell: SourceCell) -> tuple[str, str, dict[str, str]] | None:
    """Return "begin" or "end", the kind of block, and its settings, for a cell that is a boundary."""
    fenced = FENCED.match(cell.source) if cell.kind == "markdown" else None
    text = fenced[1] if fenced else cell.source if cell.kind == "raw" else ""
    edge = EDGE.match(text.lstrip())
    if edge is None:
        return ("begin", "config", {}) if CONFIG.match(text.lstrip()) else None
    settings = {key: value.strip("'\"") for key, value in SETTING.findall(text)}
    return edge[1].lower(), edge[2].lower(), settings


def _questions(cells: tuple[SourceCell, ...], gathering: Gathering) -> Iterator[_Question]:
    """Yield the questions in order; cells outside go to what later ones build on."""
    question: _Question | None = None
    block = ""
    for cell in cells:
        edge, kind, settings = _edge(cell) or ("", "", {})
        if kind == "question":
            if edge == "end" and question is not None:
                yield question
            elif edge == "begin" and question is not None:
                _unclosed(question, gathering)
            question, block = (_Question(cell.where, settings) if edge == "begin" else None), ""
        elif kind:
            block = kind if edge == "begin" else ""
        elif question is None:
            _outside(cell, gathering)
        else:
            _inside(cell, block, question)
    if question is not None:
        _unclosed(question, gathering)


def _unclosed(question: _Question, gathering: Gathering) -> None:
    gathering.problem(question.where, "the question has no END QUESTION; it was left out")


def _outside(cell: SourceCell, gathering: Gathering) -> None:
    if cell.kind == "code":
        gathering.before.append(without_otter_prompt(cell.source))


def _inside(cell: SourceCell, block: str, question: _Question) -> None:
    if block == "tests":
        question.tests.append(cell)
    elif cell.kind == "markdown" and block != "solution":
        question.text.append(cell.source)
    elif cell.kind == "code" or block == "solution":
        (question.prompt if block == "prompt" else question.solution).append(cell)


def _take(question: _Question, file: Path | None, gathering: Gathering) -> None:
    """Make drafts of one question, and give them its tests."""
    called = f"{question.where}, question {question.name or '(without a name)'}"
    if question.settings.get("manual", "").lower() == "true":
        gathering.problem(called, "a question with manual: true is graded by hand")
        return
    code = [cell for cell in question.solution if cell.kind == "code"]
    if not code:
        gathering.problem(called, "it has no code cell with a solution")
        return
    source = joined(code)
    try:
        starter = without_otter_solution(source) if not question.prompt else joined(question.prompt)
    except UnbalancedError as error:
        gathering.problem(called, f"its solution is not marked well: {error}")
        return
    points = _number(question.settings.get("points", ""))
    if points is None and question.settings.get("points"):
        gathering.problem(called, f"points: {question.settings['points']!r} is not one number; 1 point was taken")
    statement = "\n\n".join(question.text)
    solution = without_otter_prompt(source)
    drafts = gathering.answer(called, solution, starter, points=1.0 if points is None else points, statement=statement)
    tests = [Snippet(cell.where, _test_source(cell.source)) for cell in question.tests if cell.kind == "code"]
    for snippet in [*tests, *(_from_file(file, gathering) if file is not None and not tests else ())]:
        if drafts:
            gathering.test(snippet, None)
        else:
            gathering.problem(snippet.where, "the test is of a question that could not be imported")


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value < 1e6 else None


def _test_source(source: str) -> str:
    """Return a test cell's code without its settings and its first line that hides it."""
    return HIDDEN_LINE.sub("", TEST_CONFIG.sub("", source.lstrip("\n")))


def _from_file(path: Path, gathering: Gathering) -> list[Snippet]:
    try:
        return read_tests(path)
    except Mistake as mistake:
        gathering.problem(f"tests/{path.name}", mistake.problem)
        return []


def _embedded(metadata: dict[str, object], gathering: Gathering) -> list[Snippet]:
    """Return the tests in a notebook's metadata."""
    tests = metadata.get("tests")
    snippets = []
    for name, test in tests.items() if isinstance(tests, dict) else ():
        try:
            snippets += from_value(f"the notebook's metadata, {name}", test)
        except Mistake as mistake:
            gathering.problem("the notebook's metadata", mistake.problem)
    return snippets


def _student_version(
    cells: tuple[SourceCell, ...], files: dict[str, Path], embedded: list[Snippet], gathering: Gathering
) -> None:
    """Read what students get: starters without solutions, and tests that name the functions."""
    snippets = [one for path in files.values() for one in _from_file(path, gathering)] + embedded
    tested = {name for one in snippets for name in _names(one)}
    for cell in cells:
        tree = cell.tree() if cell.kind == "code" else None
        if cell.kind == "markdown":
            gathering.text.append(cell.source)
        elif tree is not None and any(isinstance(node, ast.FunctionDef) and node.name in tested for node in tree.body):
            gathering.answer(cell.where, "", cell.source)
        elif cell.kind == "code":
            gathering.before.append(cell.source)
    for snippet in snippets:
        gathering.test(snippet, None)
    if not gathering.drafts:
        gathering.problem(
            "the notebook",
            'no cell begins with "# BEGIN QUESTION", and no function is tested: is it a master notebook?',
        )


def _names(snippet: Snippet) -> set[str]:
    try:
        return names_in(ast.parse(snippet.source))
    except (SyntaxError, ValueError, RecursionError):
        return set()
