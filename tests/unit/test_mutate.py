"""What is mutated, and how: pure functions of source text."""

from __future__ import annotations

import ast

import pytest

from grader.mutants.answer import answer
from grader.mutants.factory import factory, name_of
from grader.mutants.mutate import mutants

FUNCTION = "def f(x, y, scale=2.0):\n    return {}"

EXPECTED = [
    ("x + y", ["x - y", "x * y", "x", "y", "x.detach() + y", "x + y.detach()"]),
    ("x - y", ["x + y", "y - x", "x", "y"]),
    ("x ** 2", ["x * 2", "x", "x ** 0", "x ** 3", "x ** 4", "x ** -2", "2 ** x"]),
    ("x.sum(dim=-1)", ["x.sum(dim=0)", "x.sum(dim=1)", "x.sum(dim=-2)", "x.sum()", "x.mean(dim=-1)", "x"]),
    ("torch.where(x < 0, x, y)", ["x", "y", "torch.where(x < 0, y, x)", "torch.where(x >= 0, x, y)"]),
    ("F.log_softmax(x, dim=1)", ["F.softmax(x, dim=1).log()", "(F.softmax(x, dim=1) + 1e-08).log()", "x"]),
    ("-x.abs()", ["x.abs()", "-x", "-x.abs_()", "-x.square()"]),
    ("x.mean()", ["x.mean() * 2", "-x.mean()", "x.mean().detach()", "x.mean().float()", "x.median()"]),
    ("x", ["x.detach()", "x.clamp(-30, 30)", "x.float().to(x.dtype)", "(x, x.data.add_(1))[0]"]),
    (
        "F.kl_div(x, y, reduction='batchmean')",
        ["F.kl_div(x, y, reduction='mean')", "F.kl_div(y, x, reduction='batchmean')"],
    ),
    ("x if not scale else y", ["x if scale else y", "x if True else y", "x if False else y"]),
    ("x[y]", ["x"]),
    ("x.sum(dim=1, keepdim=True)", ["x.sum(dim=1, keepdim=False)", "x.sum(dim=1)"]),
]


@pytest.mark.parametrize(("expression", "expected"), EXPECTED)
def test_an_expression_becomes_its_mutants(expression: str, expected: list[str]) -> None:
    found = {mutant.source for mutant in mutants(FUNCTION.format(expression))}
    wanted = {ast.unparse(ast.parse(FUNCTION.format(one))) for one in expected}
    assert wanted <= found


def test_a_default_is_changed_and_an_argument_ignored() -> None:
    found = {mutant.source for mutant in mutants(FUNCTION.format("x * scale"))}
    assert "def f(x, y, scale=2.0):\n    scale = 2.0\n    return x * scale" in found
    assert "def f(x, y, scale=4.0):\n    return x * scale" in found


def test_statements_and_conditions_are_changed() -> None:
    source = "def f(x):\n    if x is None:\n        raise ValueError('x')\n    x += 1\n    return x"
    found = {mutant.source for mutant in mutants(source)}
    assert source.replace("raise ValueError('x')", "pass") in found
    assert source.replace("if x is None", "if not x is None") in found
    assert source.replace("x += 1", "pass") in found
    assert source.replace("x += 1", "x -= 1") in found


def test_every_mutant_is_new_parses_and_shows_its_change() -> None:
    source = FUNCTION.format("(torch.exp(x) * y).clamp(min=1e-08).sum(dim=1).mean() / scale")
    found = mutants(source)
    assert len({mutant.source for mutant in found}) == len(found) > 30
    for mutant in found:
        assert ast.unparse(ast.parse(mutant.source)) == mutant.source != ast.unparse(ast.parse(source))
        changed = [line for line in mutant.diff.splitlines() if line[:1] in "+-" and line[:3] not in {"+++", "---"}]
        assert changed


def test_annotations_imports_and_functions_named_are_left_alone() -> None:
    found = mutants("import torch\ndef f(x: Tensor = 1) -> Tensor:\n    return torch.abs(x)")
    assert all("import torch" in mutant.source and "x: Tensor" in mutant.source for mutant in found)
    assert not any("torch.detach()" in mutant.source for mutant in found)


def test_the_answer_is_what_the_entry_needs() -> None:
    source = '''
import torch
from grader.spec import misconception

SCALE = 3

def entry(x):
    """What it does."""
    return _helper(x) * SCALE

def _helper(x):
    return x

def _other(x):
    return -x

@misconception
def wrong(x):
    """A mistake."""
    return entry(x) + _other(x)
'''
    found = answer(source, "entry")
    assert [getattr(node, "name", "") for node in ast.parse(found).body] == ["", "", "", "entry", "_helper"]
    assert "SCALE = 3" in found
    assert "What it does" not in found


def test_a_script_becomes_a_function_of_its_inputs() -> None:
    source = "import torch\nx = torch.ones(3)\ny = 2 * x\nx = x + 1\nprint(y)\n"
    scope: dict[str, object] = {}
    text = answer(source, "cell", ("x",), ("y",))
    assert "torch.ones" not in text
    exec(text.replace("import torch", ""), scope)
    assert scope["cell"](4) == {"y": 8}  # type: ignore[operator]


def test_a_factory_keeps_mutants_apart() -> None:
    scope: dict[str, object] = {}
    for index, value in enumerate((1, 2)):
        source = f"from __future__ import annotations\ndef helper():\n    return {value}\ndef f():\n    return helper()"
        exec(factory(source, "f", index), scope)
    assert [scope[name_of("f", index)]() for index in (0, 1)] == [1, 2]  # type: ignore[operator]
    assert "helper" not in scope
