"""Taking hidden cases out of an exercise: out of its values, and out of the text of its file."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator

import msgspec

from grader.errors import Mistake
from grader.model import Exercise


def public(exercise: Exercise) -> tuple[Exercise, float]:
    """Return an exercise without its hidden cases, worth what its public cases are worth, and what the hidden ones are.

    So each public case is worth the same points with the hidden ones and without. Raises `Mistake` if a hidden case
    cannot be cut out of the file's text.
    """
    kept = tuple(case for case in exercise.cases if not case.hidden)
    if len(kept) == len(exercise.cases):
        return exercise, 0.0
    share = sum(case.weight for case in kept) / sum(case.weight for case in exercise.cases)
    source = cut(exercise)
    shown = msgspec.structs.replace(
        exercise,
        cases=kept,
        points=exercise.points * share,
        source=source,
        digest=hashlib.sha256(source.encode()).hexdigest(),
    )
    return shown, exercise.points - shown.points


def cut(exercise: Exercise) -> str:
    """Return the text of an exercise's file without its hidden cases; all else stays as its author wrote it.

    What only a hidden scenario calls stays as well: its name and text are no case. Raises `Mistake` where a hidden case
    is not written as `case(..., hidden=True)` or `@name.scenario(..., hidden=True)`.
    """
    hidden = [case for case in exercise.cases if case.hidden]
    text = exercise.source.encode()
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    functions = {case.scenario for case in hidden if case.scenario is not None}
    for first, last in sorted(_spans(ast.parse(text), functions, starts), reverse=True):
        after = text[last:].lstrip()
        after = after[1:] if after.startswith(b",") else text[last:]
        text = text[:first] + after
    source = text.decode()
    left = {node.value for node in ast.walk(_parsed(source, exercise)) if isinstance(node, ast.Constant)}
    for case in hidden:
        if case.name in left or len(source) == len(exercise.source):
            raise _inseparable(exercise, case.name)
    return source


def _spans(tree: ast.Module, functions: set[str], starts: list[int]) -> Iterator[tuple[int, int]]:
    """Yield from which byte to which a hidden case stands."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name in functions:
            assert node.end_lineno is not None
            first = min([node.lineno, *(mark.lineno for mark in node.decorator_list)])
            yield starts[first - 1], starts[node.end_lineno]
            continue
        for call in ast.walk(node):
            if isinstance(call, ast.Call) and _is_hidden_case(call):
                assert call.end_lineno is not None
                assert call.end_col_offset is not None
                yield starts[call.lineno - 1] + call.col_offset, starts[call.end_lineno - 1] + call.end_col_offset


def _is_hidden_case(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    hidden = given.get("hidden")
    return name == "case" and isinstance(hidden, ast.Constant) and hidden.value is True


def _parsed(source: str, exercise: Exercise) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError:
        raise _inseparable(exercise, next(case.name for case in exercise.cases if case.hidden)) from None


def _inseparable(exercise: Exercise, case: str) -> Mistake:
    return Mistake(
        f"{exercise.id}: the hidden case {case!r} cannot be cut out of the exercise's file",
        "Write each hidden case as an argument of @exercise: case(..., hidden=True), its name nowhere else in the file.",
    )
