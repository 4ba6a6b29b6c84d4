"""A draft -> the text of its exercise file and of its reference."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from grader.importing import context
from grader.importing.asserts import Scenario, scenarios
from grader.importing.cells import definitions, parsed
from grader.importing.context import Piece
from grader.importing.draws import UnsupportedError
from grader.importing.guess import PLAIN, Guess, guess
from grader.importing.values import Draft, Problem
from grader.report.text import one_line

STAND_INS: dict[str, bool | int | float | str] = {"int": 3, "float": 0.5, "bool": True, "str": "text"}
SHOWN = '''def shown(value):
    """Return NumPy's values as tensors, which are compared element by element."""
    return torch.as_tensor(value) if isinstance(value, numpy.ndarray | numpy.generic) else value
'''


@dataclass(frozen=True)
class Made:
    """Both files' texts, how many scenarios there are, what a person must decide, and what was left out."""

    exercise: str
    reference: str
    scenarios: int
    todos: tuple[str, ...]
    problems: tuple[Problem, ...]


def make(draft: Draft) -> Made:
    """Return the two files' texts. Raises `UnsupportedError`, with the reason, where no exercise can be made."""
    above = context.pieces([*draft.before, draft.solution])
    function = _function(draft)
    kept, helpers, problems = _scenarios(draft, above)
    made = guess(function, draft.tests, draft.before)
    todos = _todos(draft, function, made, kept)
    title, statement = _statement(draft)
    if not statement:
        statement = f"TODO: write the statement of `{draft.name}`."
        todos.append("no text above the cell: write the statement")
    opening = _quoted(f"{title}.\n\n{statement}")
    text = _exercise_text(_Parts(draft, function, made, kept, helpers), opening, todos)
    others = {name for one in kept for name in one.students}
    reference = _reference_text(draft, function, context.needed([draft.name, *others], above), title)
    for what, source in (("exercise", text), ("reference", reference)):
        try:
            ast.parse(source)
        except (SyntaxError, ValueError, RecursionError) as error:
            raise UnsupportedError(f"the {what} made of it would not be Python: {error}") from None
    return Made(text, reference, len(kept), tuple(todos), tuple(problems))


def _function(draft: Draft) -> ast.FunctionDef:
    """Return the function's definition, from the starter if it can be read."""
    for source in (draft.starter, draft.solution):
        tree = parsed(source)
        for node in definitions(tree) if tree else ():
            if node.name == draft.name and isinstance(node, ast.FunctionDef):
                return node
    raise UnsupportedError(f"{draft.name} is no function that can be read; write its stub by hand")


def _scenarios(draft: Draft, above: list[Piece]) -> tuple[list[Scenario], list[Piece], list[Problem]]:
    kept, helpers, problems = list[Scenario](), list[Piece](), list[Problem]()
    own = [piece for piece in above if not piece.binds & draft.asked]
    for snippet in draft.tests:
        try:
            found = scenarios(snippet, draft.asked)
            if not found:
                raise UnsupportedError(f"it looks at nothing that {draft.name} returns")
            for one in found:
                chosen = context.needed(one.needs, own)
                if lost := context.missing(one.needs, chosen):
                    raise UnsupportedError(f"it uses {', '.join(lost)}, which no cell above defines")
                if draft.solution and (lost := context.missing(one.students, above)):
                    raise UnsupportedError(f"it uses {', '.join(lost)}, which is asked for further below")
                context.check_repeatable(chosen)
                helpers += [piece for piece in chosen if piece not in helpers]
            kept += found
        except UnsupportedError as error:
            problems.append(Problem(snippet.where, f"not imported as a test of {draft.name}: {error}"))
    return kept, [piece for piece in own if piece in helpers], problems


def _todos(draft: Draft, function: ast.FunctionDef, made: Guess, kept: list[Scenario]) -> list[str]:
    todos = []
    for name, reason in made.unknown.items():
        if kept:
            todos.append(
                f"say what `{name}` is if inputs are to be drawn ({reason}); until then the asserts alone count"
            )
        else:
            todos.append(f"say what `{name}` is: {reason}, so it stands here as a vector of floats")
    tensors = [name for name, words in made.annotations.items() if "Tensor" in words]
    if tensors and not (made.unknown and kept):
        names = ", ".join(f"`{name}`" for name in tensors)
        todos.append(f"check the guessed axes and kinds of {names}: they come from the inputs in the asserts")
    if not kept:
        todos.append("no assert could be imported: check that the drawn inputs test what matters")
    if any(word in test.source for test in draft.tests for word in (".backward(", ".grad")):
        todos.append("the asserts look at gradients: name the parameters in gradients=[...]")
    if not draft.solution:
        todos.append("the source has no solution: write the reference")
    if function.args.vararg or function.args.kwarg:
        todos.append("parameters with * are not drawn")
    return todos


def _statement(draft: Draft) -> tuple[str, str]:
    """Return a title and the text below it, as a docstring can hold them."""
    lines = [line.rstrip() for line in draft.statement.strip().split("\n")]
    title = draft.name.replace("_", " ").capitalize()
    if lines and lines[0].startswith("#"):
        title = lines[0].strip("# ").strip() or title
        lines = lines[1:]
    return title.rstrip("."), "\n".join(lines).strip()


def _quoted(text: str) -> str:
    """Return text as a triple-quoted literal that reads back as it is, but for quotes in threes."""
    text = text.replace('"""', "'''").replace("\0", "")
    return f'{"r" if chr(92) in text else ""}"""{text}\n"""'


@dataclass(frozen=True)
class _Parts:
    """What an exercise's text is made of."""

    draft: Draft
    function: ast.FunctionDef
    guess: Guess
    scenarios: list[Scenario]
    helpers: list[Piece]


def _exercise_text(parts: _Parts, opening: str, todos: list[str]) -> str:
    draft, function, made, kept = parts.draft, parts.function, parts.guess, parts.scenarios
    open_ended = bool(made.unknown and kept)
    case = "" if open_ended else _case(function, made, kept)
    vocabulary = {"exercise"} | ({"case"} if case else set()) | ({"observe"} if kept else set())
    vocabulary |= set() if open_ended else made.words
    numpy = any(piece.is_import and "numpy" in piece.text for piece in parts.helpers) or "np." in draft.solution
    own = _signature(draft.name, function, made, open_ended=open_ended)
    starter = _starter(draft, function, open_ended=open_ended)
    lines = [piece.text for piece in parts.helpers if piece.is_import]
    rest = [piece for piece in parts.helpers if not piece.is_import]
    head = f"{opening}\n\n{_imports(own, lines, vocabulary, numpy=numpy and bool(kept))}\n"
    # One line each, whatever a file's name holds: behind a line break stands code.
    told = [f"# Imported from {one_line(draft.where)}.", *(f"# TODO: {one_line(todo, 400)}." for todo in todos)]
    texts = [
        head + "\n" + "\n".join(told),
        context.laid_out(rest),
        SHOWN if numpy and kept else "",
        f"STARTER = {_quoted(starter)}" if starter else "",
        _decorated(draft, case, own, starter=bool(starter)),
        *(_scenario(draft, index, one, numpy=numpy) for index, one in enumerate(kept, 1)),
    ]
    return "\n\n\n".join(part.strip("\n") for part in texts if part.strip()) + "\n"


def _imports(own: str, lines: list[str], vocabulary: set[str], *, numpy: bool) -> str:
    """Return the import block: the standard library's, what the tests need, and the author's vocabulary."""
    first = ["from typing import Annotated"] if "Annotated[" in own else []
    usual = [*(["import numpy", "import torch"] if numpy else []), *lines]
    usual += ["from torch import Tensor"] if "Tensor" in own else []
    groups = ["\n".join(dict.fromkeys(group)) for group in (first, usual) if group]
    return "\n\n".join([*groups, f"from grader.spec import {', '.join(sorted(vocabulary, key=_order))}"])


def _order(word: str) -> tuple[bool, str]:
    return word[0].islower(), word


def _case(function: ast.FunctionDef, made: Guess, kept: list[Scenario]) -> str:
    """Return the case with drawn inputs; none where only plain values are given, which the scenarios give already."""
    for name in made.unknown:
        made.annotations[name] = 'Float[Tensor, "n"]'
        made.words.add("Float")
        made.sizes.setdefault("n", 8)
    if kept and not made.sizes:
        return ""
    required = function.args.args[: len(function.args.args) - len(function.args.defaults)]
    for argument in required:
        if made.annotations.get(argument.arg) in PLAIN:
            made.args.setdefault(argument.arg, STAND_INS[made.annotations[argument.arg]])
    sizes = "".join(f", {axis}={size}" for axis, size in made.sizes.items())
    args = f", args={made.args!r}" if made.args else ""
    return f'case("drawn inputs"{sizes}{args})'


def _signature(name: str, function: ast.FunctionDef, made: Guess, *, open_ended: bool) -> str:
    """Return the stub without its decorator."""
    node = ast.parse(f"def {name}(*args): ...").body[0]
    assert isinstance(node, ast.FunctionDef)
    if not open_ended:
        node.args = ast.parse(f"def f({ast.unparse(function.args)}): ...").body[0].args  # type: ignore[attr-defined]
        node.args.kwarg = node.args.vararg = None
        for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
            words = made.annotations.get(argument.arg)
            argument.annotation = ast.parse(words, mode="eval").body if words else None
        returned = ast.unparse(function.returns) if function.returns is not None else ""
        if returned in PLAIN or returned.rpartition(".")[2] == "Tensor":
            node.returns = ast.Name(id=returned.rpartition(".")[2], ctx=ast.Load())
    docstring = ast.get_docstring(function)
    if docstring:
        node.body = [ast.Expr(value=ast.Constant(value=docstring))]
    return ast.unparse(ast.fix_missing_locations(node))


def _starter(draft: Draft, function: ast.FunctionDef, *, open_ended: bool) -> str:
    """Return the starter's own text where it holds more than a docstring, or where the stub is not its signature."""
    tree = parsed(draft.starter)
    own = next((node for node in definitions(tree) if node.name == draft.name), None) if tree else None
    if own is None:
        return f"def {draft.name}({ast.unparse(function.args)}):\n    raise NotImplementedError\n" if open_ended else ""
    rest = own.body[1:] if ast.get_docstring(own) is not None else own.body
    empty = all(isinstance(node, ast.Raise | ast.Pass) or _is_dots(node) for node in rest)
    if empty and not open_ended:
        return ""
    return ast.get_source_segment(draft.starter, own) or ast.unparse(own)


def _is_dots(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and node.value.value is ...


def _decorated(draft: Draft, case: str, own: str, *, starter: bool) -> str:
    lines = [f"    {case}," if case else "", f"    points={draft.points:g}," if draft.points else ""]
    lines += ["    starter=STARTER," if starter else ""]
    return "\n".join(["@exercise(", *(line for line in lines if line), ")", own])


def _scenario(draft: Draft, index: int, one: Scenario, *, numpy: bool) -> str:
    why = "this must raise an error" if one.raising else "the imported asserts look at this"
    body = "\n".join(ast.unparse(stmt) for stmt in one.body)
    if numpy:
        body = body.replace("observe(**seen)", "observe(**{name: shown(value) for name, value in seen.items()})")
    indented = "\n".join(f"    {line}" if line else "" for line in body.split("\n"))
    name = f"{index}. {one_line(one.where)}"
    return f"@{draft.name}.scenario({name!r}, {why!r})\ndef asserts_{index}(student, draw):\n{indented}"


def _reference_text(draft: Draft, function: ast.FunctionDef, chosen: list[Piece], title: str) -> str:
    """Return the answer, with what it builds on and the other answers that the scenarios call."""
    heading = _quoted(f"{title}: the answer.\n\nImported from {one_line(draft.where)}.")
    if not draft.solution:
        body = (
            f"def {draft.name}({_plain_arguments(function)}):\n    raise NotImplementedError('TODO: write the answer.')"
        )
        return f"{heading}\n\n{body}\n"
    return f"{heading}\n\n{context.laid_out(chosen)}\n"


def _plain_arguments(function: ast.FunctionDef) -> str:
    arguments = ast.parse(f"def f({ast.unparse(function.args)}): ...").body[0].args  # type: ignore[attr-defined]
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        argument.annotation = None
    return ast.unparse(arguments)
