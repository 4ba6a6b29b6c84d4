"""A module with its named steps in the places where they are used, and the changes that can be seen only there."""

from __future__ import annotations

import ast

import pytest

from grader.mutants.inlined import inlined
from grader.mutants.spanning import spanning


def last_line(body: str, *, before: str = "") -> str:
    """Return the last line of a function, given by its own lines, with its steps put back."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    source = f"import torch\nimport torch.nn.functional as F\n{before}\ndef f(self, x, y, n=2):\n{lines}\n"
    return ast.unparse(inlined(ast.parse(source))).splitlines()[-1].strip()


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("p = x.softmax(1)\nreturn p.mean(0)", "return x.softmax(1).mean(0)"),
        ("a = x.exp()\nb = a + y\nreturn b.sum()", "return (x.exp() + y).sum()"),
        ("a = x.exp()\nb = y.exp()\nreturn a / b", "return x.exp() / y.exp()"),
        ("k = len(x)\nx = x.flatten()\nreturn y / k", "return y / k"),
        ("k = len(y)\nx = x.flatten()\nreturn x / k", "return x / len(y)"),
        ("a = 2 * y - 1\nreturn (x * a).exp() + F.relu(-a)", "return (x * (2 * y - 1)).exp() + F.relu(-(2 * y - 1))"),
        ("if n:\n    a = x.exp()\n    return a + y", "return x.exp() + y"),
        ("for z in x:\n    a = z.exp()\n    y = a + y", "y = z.exp() + y"),
        ("a = x.exp()\ny.add_(a)", "y.add_(x.exp())"),
        ("a = x.exp()\nreturn self.project(a)", "return self.project(x.exp())"),
        ("a = x.exp()\ny = torch.zeros(3)\ny[0] = a", "y[0] = x.exp()"),
    ],
)
def test_a_name_that_is_read_once_is_put_back(body: str, line: str) -> None:
    assert last_line(body) == line


@pytest.mark.parametrize(
    "body",
    [
        "a = x.exp()\nreturn a * a",  # a call is not made twice
        "a = x.exp()\na = a + 1\nreturn a",
        "a, b = x.exp(), y\nreturn a + b",
        "a = x.exp()\nx.add_(1)\nreturn a",
        "a = x.exp()\nx[0] = 1\nreturn a",
        "a = x.exp()\nx += 1\nreturn a",
        "a = x.exp()\nx = y\nreturn a + x",
        "a = x.exp()\nb = x.mul_(2)\nreturn b * a * b",
        "a = x.exp()\nreturn x.mul_(2) + a",
        "a = x.exp()\ntorch.neg(x, out=x)\nreturn a",
        "a = x.exp()\nb = F.relu(x, inplace=True)\nreturn b * b + a",
        "a = x.exp()\nb = self.step(x)\nreturn b * b + a",
        "a = x.exp()\nif n:\n    y = y + 1\nreturn a + y",
        "a = x.exp()\nif n:\n    return a + y",
        "a = x.exp()\nwith torch.no_grad():\n    return a + y",
        "with torch.no_grad():\n    a = x.exp()\nreturn a + y",
        "a = x.exp()\nwhile n:\n    y = y + a",
        "a = x.exp()\nreturn [a + z for z in y]",
        "a = x.exp()\nreturn lambda: a",
        "a = torch.rand(3)\nreturn torch.randn(3) + a",
        "a = F.dropout(x)\nreturn F.dropout(y) + a",
        "a = x.mul_(2)\nreturn x + a",
        "a = self.count(x)\nreturn self.total + a",
        "a = update(x)\nreturn x + a",
        "global a\na = x.exp()\nreturn a",
        "n = x.exp()\nreturn n + y",
        "x = x.exp()\nreturn x + y",
        "a = x.exp()\ndel y\nreturn a",
    ],
)
def test_where_that_is_not_sure_to_be_the_same_the_name_stays(body: str) -> None:
    assert last_line(body) == body.splitlines()[-1].strip()


@pytest.mark.parametrize(
    ("helper", "body", "line"),
    [
        ("def g(a, b):\n    return a.exp() * (a - b)", "return g(x, y).sum()", "return (x.exp() * (x - y)).sum()"),
        ("def g(a, b):\n    return a.exp() * (a - b)", "return g(b=x, a=y)", "return y.exp() * (y - x)"),
        ("def g(a, b=3):\n    return a.exp() * b", "return g(x)", "return x.exp() * 3"),
        ("def g(a):\n    c = 2 * a\n    return c.exp()", "return g(x) + y", "return (2 * x).exp() + y"),
        ("def g(a):\n    return -a.mean()", "return g(x.softmax(1))", "return -x.softmax(1).mean()"),
        ("def g(a):\n    return h(a) + 1\ndef h(a):\n    return a.exp()", "return g(x)", "return x.exp() + 1"),
    ],
)
def test_a_helper_that_is_one_expression_is_put_in_the_place_of_its_call(helper: str, body: str, line: str) -> None:
    assert last_line(body, before=helper) == line


@pytest.mark.parametrize(
    ("helper", "body"),
    [
        ("def g(a, b):\n    return a.exp() * (a - b)", "return g(x.exp(), y)"),  # would be computed twice
        ("def g(a, b):\n    return a.exp()", "return g(x, y)"),
        ("def g(a):\n    return a.mul_(2)", "return g(x)"),
        ("def g(a):\n    return update(a)", "return g(x)"),
        ("def g(a):\n    if a: return 1\n    return a.exp()", "return g(x)"),
        ("@torch.no_grad()\ndef g(a):\n    return a.exp()", "return g(x)"),
        ("def g(*a):\n    return a", "return g(x)"),
        ("def g(a):\n    return a.exp()", "return g(*x)"),
        ("def g(a):\n    return a.exp()", "return g(**x)"),
        ("def g(a):\n    return a.exp()", "return g(x, y)"),
        ("def g(a):\n    return a.exp()", "return g(x.mul_(2))"),
        ("def g(a):\n    return [b + a for b in a]", "return g(x)"),
        ("def g(a):\n    return a if a else g(a)", "return g(x)"),
        ("def g(a):\n    return a\ndef g(a):\n    return -a", "return g(x)"),
        ("scale = 3\ndef g(a):\n    return a * scale", "scale, other = y\nreturn g(x) + scale"),
        ("def g(a):\n    return a.exp()", "g = F.relu\nreturn g(x) + g(y)"),
    ],
)
def test_where_a_helper_is_more_or_an_argument_has_work_in_it_the_call_stays(helper: str, body: str) -> None:
    assert last_line(body, before=helper) == body.splitlines()[-1]


def test_statements_keep_their_places_and_a_helper_that_is_needed_no_more_is_gone() -> None:
    tree = ast.parse("def f(x):\n    a = x.exp()\n    return g(a)\n\ndef g(b):\n    return b.sum()\n")
    assert ast.unparse(inlined(tree)) == "def f(x):\n    pass\n    return x.exp().sum()\npass"
    assert "a = x.exp()" in ast.unparse(tree)


def changes(body: str) -> set[str]:
    """Return the expressions that the changes of a function's steps taken together put in."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    view = inlined(ast.parse(f"import torch\ndef f(x, y, n=2):\n{lines}\n"))
    return {ast.unparse(edit.replacement) for edit in spanning(view)}


@pytest.mark.parametrize(
    ("body", "change"),
    [
        ("p = x.softmax(dim=1)\nreturn p.mean(dim=0)", "x.mean(dim=0).softmax(dim=0)"),
        ("p = x * y\nreturn p.mean()", "x.mean() * y.mean()"),
        ("w = 1 - y\nreturn w * x.exp() ** n + 0 * w.sum()", ""),
        ("p = (1 - x) ** n\nreturn y * p", "y ** n * (1 - x) ** n"),
        ("d = x - y\nreturn d ** 2", "x ** 2 - y ** 2"),
        ("a = x.mean(0)\nb = y.mean(0)\nreturn a * b", "(x * y).mean(0)"),
    ],
)
def test_a_change_of_what_two_steps_do_together_is_found(body: str, change: str) -> None:
    assert (change in changes(body)) is bool(change)


@pytest.mark.parametrize(
    "body",
    [
        "return x.softmax(1).mean(0)",  # no step has a name
        "a = x / y\nreturn torch.sqrt(a + n)",  # whatever `a` is, the same can be changed
        "a = x[0]\nreturn a + n * y",
    ],
)
def test_a_change_that_needs_no_step_put_back_is_not_among_them(body: str) -> None:
    assert changes(body) == set()
