"""Lifting an answer out of a submission: source to source, and the lifted code does what the student's did."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from grader.errors import Mistake
from grader.expected import misconceptions_in
from grader.model import Cell, Submission
from grader.overview.lift import Place, lifted, name_of, names_in, with_misconception

REFERENCE = '"""The answer."""\n\nimport math\n\n\ndef answer(x):\n    return x\n\n\ndef _helper(x):\n    return 0\n'
SENTENCE = 'You said "no\\way" and """quoted""" {it}.'


def handed_in(*cells: str) -> Submission:
    numbered = tuple(Cell(index=place, source=source, where=f"cell {place}") for place, source in enumerate(cells))
    return Submission(name="a.ipynb", notebook=True, cells=numbered, digest="d")


def place(sentence: str = SENTENCE, reference: str = REFERENCE) -> Place:
    return Place("answer", reference, "wrong_way", sentence)


def run(submission: Submission, where: Place) -> Any:
    """Run the reference with the lifted code in it, and return the lifted function."""
    text = with_misconception(where, lifted(submission, where))
    assert text.startswith('"""The answer."""\n\nimport math\nfrom grader.spec import misconception\n')
    assert misconceptions_in(text) == {where.name: where.sentence}
    names: dict[str, Any] = {}
    exec(compile(text, "reference.py", "exec"), names)
    return names[where.name]


@pytest.mark.parametrize(
    "cells",
    [
        ("def answer(x):\n    return x + 7\n",),
        ("import math\ndef answer(x):\n    return x + math.floor(7.5)\n",),
        ("import math as m, os.path\ndef answer(x):\n    return x + m.floor(7.5) + len(os.path.basename('a/'))\n",),
        ("from math import floor as f\n", "SEVEN = 7.5\n", "def answer(x):\n    return x + f(SEVEN)\n"),
        ("A = 3\n", "B: int = A + 4\n", "def add(x):\n    return x + B\n", "def answer(x):\n    return add(x)\n"),
        ("class Adder:\n    def __call__(self, x):\n        return x + 7\n", "def answer(x):\n    return Adder()(x)\n"),
        ("def answer(x, n=7):\n    return x if n == 0 else answer(x + 1, n - 1)\n",),
        ("def answer(x):\n    return x\n", "%matplotlib inline\n", "def answer(x):\n    return x + 7\n"),
        ("def _helper(x):\n    return x + 7\n", "def answer(x):\n    return _helper(x)\n"),
        ("add = lambda y: y + 7\n", "def answer(x):\n    return [add(z) for z in [x]][0]\n"),
        ("def even(n):\n    return odd(n)\n", "def odd(n):\n    return n + 7\n", "def answer(x):\n    return even(x)\n"),
        ('def answer(x: "Float", y: Undefined = None) -> Nothing:\n    """Mine."""\n    # Ann\n    return x + 7\n',),
    ],
)  # fmt: skip
def test_the_lifted_code_does_the_same(cells: tuple[str, ...]) -> None:
    assert run(handed_in(*cells), place())(1) == 8


def test_what_is_the_students_own_stays_behind() -> None:
    source = lifted(handed_in('def answer(x: T) -> T:\n    """By Ann."""\n    # Ann Lee\n    return x\n'), place())
    assert "Ann" not in source
    assert ": T" not in source
    assert ast.get_docstring(ast.parse(source).body[0]) == SENTENCE  # type: ignore[arg-type]


def test_a_class_and_decorators() -> None:
    reference = 'import math\n\n\nclass answer(dict):\n    """Right."""\n'
    where = place(reference=reference)
    source = lifted(handed_in("import math\nclass answer(dict):\n    def f(self):\n        return math.pi\n"), where)
    text = with_misconception(where, source)
    names: dict[str, Any] = {}
    exec(compile(text, "reference.py", "exec"), names)
    assert names["wrong_way"]().f() > 3
    kept = lifted(handed_in("import math\n@math.something\ndef answer(x):\n    return x\n"), where)
    assert kept.startswith("@misconception\n@math.something\ndef wrong_way(x):")


def test_a_reference_that_imports_the_mark_is_only_added_to() -> None:
    reference = "from grader.spec import misconception\n\n\ndef answer(x):\n    return x\n"
    where = place("Short.", reference)
    text = with_misconception(where, lifted(handed_in("def answer(x):\n    return 1\n"), where))
    assert text == f'{reference}\n\n@misconception\ndef wrong_way(x):\n    """Short."""\n    return 1\n'
    assert (
        with_misconception(place(reference="x = 1\n"), "y\n") == "from grader.spec import misconception\nx = 1\n\n\ny\n"
    )


def test_a_long_sentence_is_wrapped() -> None:
    long = "word " * 60 + "end."
    text = lifted(handed_in("def answer(x):\n    return 1\n"), place(long))
    assert max(len(line) for line in text.splitlines()) < 120
    assert " ".join(misconceptions_in(text)["wrong_way"].split()) == long


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        (("answer = lambda x: x\n",), "defines no function or class answer"),
        (("if True:\n    def answer(x):\n        return x\n",), "defines no function or class answer"),
        (("def answer(x:\n",), "defines no function or class answer"),
        (("def answer(x):\n    return missing(x)\n",), "uses missing, which its file does not define"),
        (("from math import *\n", "def answer(x):\n    return floor(x)\n"), "uses floor, which its file"),
        (("for i in range(3): pass\n", "def answer(x):\n    return x + i\n"), "uses i, which is set by a statement"),
        (("n = 3\n", "def answer(x):\n    global n\n    n += 1\n    return x\n"), "changes a global variable"),
        (("def f(x):\n    return x\n", "def answer(f):\n    return [f for f in f]\n\ndef g(): return answer\n"), ""),
        (("x = 3\n", "def g():\n    return x\n", "def answer(x):\n    return g()\n"), "has x both of its own and of its"),
        (("N = 3\n", "def answer(x, n=N):\n    return x + n\n"), "a default or a decorator of the example needs"),
        (("def g(x):\n    return x\n", "class answer:\n    def f(self):\n        return g(1)\n"), "the class answer of the"),
    ],
)  # fmt: skip
def test_what_cannot_be_lifted(cells: tuple[str, ...], problem: str) -> None:
    if not problem:  # a name that is an argument is not its file's
        assert "def f(" not in lifted(handed_in(*cells), place())
        return
    with pytest.raises(Mistake, match=problem) as told:
        lifted(handed_in(*cells), place())
    assert "by hand" in told.value.cure


def test_names() -> None:
    assert name_of("You added, and forgot THE mean!", set()) == "you_added_and_forgot_the"
    assert name_of("Class", {"class_2"}) == "mistake_class"
    assert name_of("a b", {"a_b", "a_b_2"}) == "a_b_3"
    assert name_of("3 times", set()) == "mistake_3_times"
    assert name_of("\u00e4\u00f6", set()) == "mistake"
    assert names_in(REFERENCE) == {"answer", "_helper", "x"}
