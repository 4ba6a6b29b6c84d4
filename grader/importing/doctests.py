"""otter's test files as text: doctests in a dict of literals, or functions with asserts. Nothing in them is run."""

from __future__ import annotations

import ast
import doctest
from pathlib import Path
from typing import Any

from grader.errors import Mistake
from grader.importing.cells import parsed
from grader.importing.values import Snippet
from grader.submission import MAX_SOURCE, read_bytes

MOST_CASES = 200


def read_tests(path: Path) -> list[Snippet]:
    """Return the tests of a file `tests/q1.py`, in either of otter's styles. Raises `Mistake` if it is none."""
    data = read_bytes(path)
    if len(data) > MAX_SOURCE:
        raise Mistake(f"{path.name} has {len(data) >> 20} MB; a test file is short text", "Leave it out.")
    tree = parsed(data.decode("utf-8", "replace"))
    if tree is None:
        raise Mistake(f"{path.name} is no Python that can be read", "Make it again with otter assign.")
    named = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    if "test" in named:
        return _from_literal(path.name, named["test"])
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.decorator_list]
    if not found:
        raise Mistake(
            f"{path.name} is no test file of otter's", "It needs `test = {...}`, or functions with @test_case."
        )
    return [Snippet(f"tests/{path.name}, {node.name}", ast.unparse(_plain(node))) for node in found[:MOST_CASES]]


def _plain(node: ast.FunctionDef) -> ast.FunctionDef:
    """Return a test function without decorator and parameters, which otter fills with the student's names."""
    node.decorator_list = []
    node.args = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
    return node


def _from_literal(name: str, node: ast.expr) -> list[Snippet]:
    try:
        test = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError) as error:
        raise _no_plain_dict(name, error) from None
    return from_value(f"tests/{name}", test)


def from_value(where: str, test: Any) -> list[Snippet]:
    """Return the tests in the dict that otter writes. Raises `Mistake` if it is another."""
    try:
        cases = [case for suite in test["suites"] for case in suite["cases"]][:MOST_CASES]
        codes = [case["code"] for case in cases]
        texts = [_statements("\n".join(code) if isinstance(code, list) else code) for code in codes]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _no_plain_dict(where, error) from None
    return [Snippet(f"{where}, case {index}", text) for index, text in enumerate(texts, 1)]


def _no_plain_dict(where: str, error: Exception) -> Mistake:
    return Mistake(
        f"the tests in {where} are not the plain dict that otter writes ({type(error).__name__})",
        "Make the file again with otter assign.",
    )


def _statements(code: str) -> str:
    """Return the code of a doctest; a value that is compared with the text below it becomes a statement."""
    return "".join(example.source for example in doctest.DocTestParser().get_examples(code))
