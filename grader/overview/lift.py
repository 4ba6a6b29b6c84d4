"""One answer's code, lifted out of a submission as a function of its own. Source to source; nothing is run.

What the answer needs of the rest (imports, helpers, constants) moves into the function, so that nothing can clash with the
reference's own names. Comments, annotations and docstrings stay behind: they are the student's.
"""

from __future__ import annotations

import ast
import builtins
import copy
import keyword
import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.errors import Mistake
from grader.model import Submission

Definition = ast.FunctionDef | ast.ClassDef
Imported = tuple[str, str, int]
Loose = ast.Import | ast.ImportFrom | ast.Assign | ast.AnnAssign | ast.FunctionDef | ast.ClassDef

CURE = "Write it into the reference by hand: a function with the mistake, marked @misconception."
WORDS = 5
KNOWN = {*dir(builtins), "__name__", "__file__", "__doc__"}


@dataclass(frozen=True)
class Place:
    """Where a misconception goes: the exercise, the text of its reference, its own name, and its sentence."""

    exercise: str
    reference: str
    name: str
    sentence: str


def lifted(submission: Submission, place: Place) -> str:
    """Return a misconception's source: the answer under another name, with what it needs, and a sentence as docstring.

    Raises `Mistake` where the answer is no function or class of the file, or needs what cannot be moved.
    """
    statements = list(_statements(submission))
    answer = _answer(statements, place.exercise)
    needed = _needed(answer, statements, _imports(ast.parse(place.reference).body))
    made = _plain(answer)
    if isinstance(made, ast.FunctionDef):
        _move_in(made, needed)
    elif needed:
        raise Mistake(f"the class {made.name} of the example needs {_names(needed)} of its file", CURE)
    _rename(made, place.name)
    made.body.insert(0, ast.Expr(ast.Constant(_docstring(place.sentence))))
    made.decorator_list.insert(0, ast.Name("misconception", ast.Load()))
    return ast.unparse(ast.fix_missing_locations(made)) + "\n"


def with_misconception(place: Place, source: str) -> str:
    """Return the reference's text with a misconception at its end, and with the import that its mark needs."""
    tree = ast.parse(place.reference)
    lines = place.reference.rstrip("\n").split("\n")
    if "misconception" not in _imports(tree.body):
        heads: list[ast.stmt] = [each for each in tree.body if isinstance(each, ast.Import | ast.ImportFrom)]
        heads = heads or [each for each in tree.body[:1] if isinstance(each, ast.Expr)]
        lines.insert(heads[-1].end_lineno or 0 if heads else 0, "from grader.spec import misconception")
    return "\n".join(lines) + f"\n\n\n{source}"


def name_of(sentence: str, taken: set[str]) -> str:
    """Return a function's name made of a sentence's first words, not among those that are taken."""
    words = re.findall(r"[a-z0-9]+", sentence.lower())[:WORDS]
    stem = "_".join(words) or "mistake"
    if not stem[0].isalpha() or keyword.iskeyword(stem):
        stem = f"mistake_{stem}"
    names = (stem, *(f"{stem}_{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def names_in(source: str) -> set[str]:
    """Return every name that a module binds or uses, so that a new one can be told from them."""
    tree = ast.parse(source)
    bound = {node.name for node in ast.walk(tree) if isinstance(node, Definition | ast.AsyncFunctionDef)}
    return bound | {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _statements(submission: Submission) -> Iterator[ast.stmt]:
    """Yield the statements of every cell that is Python."""
    for cell in submission.cells:
        try:
            yield from ast.parse(cell.source).body
        except (SyntaxError, ValueError):
            continue


def _answer(statements: Sequence[ast.stmt], exercise: str) -> Definition:
    found = [each for each in statements if isinstance(each, Definition) and each.name == exercise]
    if not found:
        raise Mistake(f"the example defines no function or class {exercise} at the top of a cell or file", CURE)
    return found[-1]


def _imports(statements: Sequence[ast.stmt]) -> dict[str, Imported]:
    """Return what each name that is imported stands for: module, name in it, and how many dots stand before."""
    found: dict[str, Imported] = {}
    for each in statements:
        if isinstance(each, ast.Import):
            found |= {a.asname or a.name.partition(".")[0]: (a.name if a.asname else "", "", 0) for a in each.names}
        elif isinstance(each, ast.ImportFrom):
            found |= {a.asname or a.name: (each.module or "", a.name, each.level) for a in each.names}
    return found


def _needed(answer: Definition, statements: Sequence[ast.stmt], there: dict[str, Imported]) -> list[Loose]:
    """Return what an answer uses of its file, in order, and what that uses in turn; imports that are `there` are not."""
    last = {name: each for each in statements for name in _binds(each)}
    own = _imports(statements)
    wanted: list[Loose] = []
    todo = sorted(_free(answer) - {answer.name})
    while todo:
        name = todo.pop()
        statement = last.get(name)
        if statement is answer or statement in wanted or (statement is None and name in KNOWN):
            continue
        if isinstance(statement, ast.Import | ast.ImportFrom) and there.get(name) == own.get(name):
            continue
        if statement is None:
            raise Mistake(f"the example uses {name}, which its file does not define", CURE)
        if not isinstance(statement, Loose):
            raise Mistake(f"the example uses {name}, which is set by a statement that cannot be moved", CURE)
        if isinstance(statement, ast.ImportFrom) and any(alias.name == "*" for alias in statement.names):
            raise Mistake(f"the example uses {name}, which may come from an import of *", CURE)
        wanted.append(statement)
        todo += sorted(_free(statement))
    return [each for each in statements if each in wanted]


def _binds(statement: ast.stmt) -> set[str]:
    """Return the names that a statement gives a value, outside of functions and classes in it."""
    if isinstance(statement, Definition | ast.AsyncFunctionDef):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name.partition(".")[0]) for alias in statement.names}
    return {
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del)
    }


def _free(statement: ast.stmt) -> set[str]:
    """Return the names that a statement takes from around it; one that is both its own and another's counts."""
    plain = _plain(statement) if isinstance(statement, Definition) else statement
    used = {node.id for node in ast.walk(plain) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    if isinstance(plain, Definition):
        return used - _own(plain)
    inner = [node for node in ast.walk(plain) if isinstance(node, ast.comprehension)]
    looped = {node.id for each in inner for node in ast.walk(each.target) if isinstance(node, ast.Name)}
    return used - looped - {node.arg for node in ast.walk(plain) if isinstance(node, ast.arg)}


def _own(definition: Definition) -> set[str]:
    """Return the names that are a definition's own: arguments, and what is given a value inside."""
    nodes = list(ast.walk(definition))
    shared = {name for node in nodes if isinstance(node, ast.Global) for name in node.names}
    stored = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    named = {name for node in definition.body for inner in ast.walk(node) if isinstance(inner, ast.stmt)
             for name in _binds(inner)}  # fmt: skip
    caught = {node.name for node in nodes if isinstance(node, ast.ExceptHandler) and node.name}
    return (stored | named | caught | {node.arg for node in nodes if isinstance(node, ast.arg)}) - shared


def _plain(definition: Definition) -> Definition:
    """Return a definition without annotations and docstrings."""
    made = copy.deepcopy(definition)
    for node in ast.walk(made):
        if isinstance(node, ast.arg):
            node.annotation = None
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
        if isinstance(node, Definition | ast.AsyncFunctionDef) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return made


def _move_in(answer: ast.FunctionDef, needed: Sequence[Loose]) -> None:
    """Put what a function needs inside it, in front of what it does."""
    bound = {name for each in needed for name in _binds(each)}
    clash = sorted(_own(answer) & bound)
    if clash:
        raise Mistake(f"the example has {', '.join(clash)} both of its own and of its file", CURE)
    if any(isinstance(node, ast.Global) for node in ast.walk(answer)):
        raise Mistake("the example changes a global variable", CURE)
    outside = [node for part in (answer.args, *answer.decorator_list) for node in ast.walk(part)]
    if any(isinstance(node, ast.Name) and node.id in bound for node in outside):
        raise Mistake("a default or a decorator of the example needs its file", CURE)
    answer.body[:0] = [_plain(each) if isinstance(each, Definition) else copy.deepcopy(each) for each in needed]


def _rename(definition: Definition, name: str) -> None:
    """Give a definition another name, also where it calls itself."""
    for node in ast.walk(definition):
        if isinstance(node, ast.Name) and node.id == definition.name:
            node.id = name
    definition.name = name


def _docstring(sentence: str) -> str:
    """Return a sentence as a docstring: the first line by itself, the others as they are indented in a file."""
    lines = textwrap.wrap(sentence, 108)
    return lines[0] if len(lines) == 1 else "\n    ".join([*lines, ""])


def _names(needed: Sequence[Loose]) -> str:
    return ", ".join(sorted(name for each in needed for name in _binds(each)))
