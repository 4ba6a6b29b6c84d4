"""Notebooks of other platforms, as their instructors write them; each is accepted by the platform's own tools."""

from __future__ import annotations

import json
from typing import Any

Made = dict[str, Any]


def markdown(text: str, **metadata: Any) -> Made:
    return {"cell_type": "markdown", "metadata": metadata, "source": text}


def raw(text: str) -> Made:
    return {"cell_type": "raw", "metadata": {}, "source": text}


def code(text: str, **metadata: Any) -> Made:
    return {"cell_type": "code", "execution_count": None, "metadata": metadata, "outputs": [], "source": text}


def graded(cell: Made, grade_id: str, points: float | None = None, *, version: int = 3, **flags: bool) -> Made:
    """Return a cell with nbgrader's metadata."""
    meta: dict[str, Any] = {"grade": False, "locked": False, "solution": False, "grade_id": grade_id}
    meta |= {"schema_version": version} | ({"task": False} if version == 3 else {}) | flags
    meta |= {"points": points} if points is not None else {}
    return cell | {"metadata": {"nbgrader": meta}}


def answer(text: str, grade_id: str) -> Made:
    return graded(code(text), grade_id, solution=True)


def check(text: str, grade_id: str, points: float = 1) -> Made:
    return graded(code(text), grade_id, points, grade=True, locked=True)


def notebook(cells: list[Made]) -> str:
    numbered = [cell | {"id": f"cell-{index}"} for index, cell in enumerate(cells)]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    meta = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": meta, "cells": numbered}, indent=1)


NBGRADER = notebook(
    [
        markdown("# Problem set 3: small pieces of a network\n\nRead each question, then fill in the cells."),
        code("import numpy as np\nimport torch\nimport torch.nn.functional as F\n\nSCALE = 2.0"),
        markdown(
            "## Scaled mean\n\nReturn the mean of `x`, times `SCALE`. A negative `power` has no meaning: raise a `ValueError`."
        ),
        answer(
            'def scaled_mean(x, power=1):\n    """The mean of x to a power, scaled."""\n'
            "    ### BEGIN SOLUTION\n    if power < 0:\n        raise ValueError('power must not be negative')\n"
            "    return SCALE * (x ** power).mean()\n    ### END SOLUTION",
            "scaled-mean",
        ),
        check(
            "x = torch.tensor([1.0, 2.0, 3.0, 6.0])\nassert scaled_mean(x) == 6.0\n"
            "assert torch.isclose(scaled_mean(x, power=2), torch.tensor(25.0))\n"
            "try:\n    scaled_mean(x, power=-1)\nexcept ValueError:\n    pass\nelse:\n    raise AssertionError('no error')",
            "scaled-mean-test",
            3,
        ),
        markdown("## Pick\n\nReturn the score of each row's class, as a vector."),
        answer(
            "def pick(scores, labels):\n    ### BEGIN SOLUTION\n    return scores[torch.arange(len(labels)), labels]\n    ### END SOLUTION",
            "pick",
        ),
        check(
            "scores = torch.arange(12).float().reshape(4, 3)\nlabels = torch.tensor([0, 2, 1, 1])\n"
            "picked = pick(scores, labels)\nassert picked.shape == (4,)\nassert picked.tolist() == [0.0, 5.0, 7.0, 10.0]\n"
            "### BEGIN HIDDEN TESTS\nlarge = torch.randn(6, 5)\nassert torch.equal(pick(large, torch.zeros(6).long()), large[:, 0])\n### END HIDDEN TESTS",
            "pick-test",
            2,
        ),
        markdown("## Count words\n\nReturn how often each word occurs, as a dict."),
        answer(
            "def count_words(words):\n    ### BEGIN SOLUTION\n    return {word: words.count(word) for word in words}\n    ### END SOLUTION",
            "count",
        ),
        check("assert count_words(['a', 'b', 'a']) == {'a': 2, 'b': 1}\nassert count_words([]) == {}", "count-test", 1),
        markdown("## Noise"),
        answer("def noisy(x):\n    ### BEGIN SOLUTION\n    return x + 1\n    ### END SOLUTION", "noisy"),
        check("rng = np.random.default_rng(1)\nassert noisy(rng.normal()) > 0", "noisy-test", 1),
        markdown("## A question\n\nWhy is the mean scaled?"),
        graded(markdown("Because ..."), "why", 2, grade=True, solution=True),
        answer("best = 3  # no function here", "best"),
        check("assert best == 3", "best-test", 1),
    ]
)

OTTER = notebook(
    [
        raw("# ASSIGNMENT CONFIG\nname: hw02\nexport_cell: false\ngenerate: true"),
        code("import torch"),
        raw("# BEGIN QUESTION\nname: q1\npoints: 4"),
        markdown("**Question 1.** Return the distance between `a` and `b`: the root of the sum of squares."),
        raw("# BEGIN SOLUTION"),
        code(
            'def distance(a, b):\n    """Euclidean distance."""\n    # BEGIN SOLUTION\n    difference = a - b\n'
            "    return difference.square().sum().sqrt()\n    # END SOLUTION"
        ),
        raw("# END SOLUTION"),
        raw("# BEGIN TESTS"),
        code("assert torch.isclose(distance(torch.tensor([3.0, 0.0]), torch.tensor([0.0, 4.0])), torch.tensor(5.0))"),
        code("# HIDDEN\nassert distance(torch.ones(7), torch.ones(7)) == 0"),
        raw("# END TESTS"),
        raw("# END QUESTION"),
        raw("# BEGIN QUESTION\nname: q2"),
        markdown("**Question 2.** Return `x` with values below `floor` raised to `floor`."),
        raw("# BEGIN SOLUTION"),
        code(
            "def raised(x, floor=0.0):\n    result = torch.maximum(x, torch.tensor(floor)) # SOLUTION\n    return result"
        ),
        raw("# END SOLUTION"),
        raw("# BEGIN TESTS"),
        code(
            '""" # BEGIN TEST CONFIG\npoints: 1\nhidden: true\n""" # END TEST CONFIG\n'
            "assert raised(torch.tensor([-1.0, 2.0])).tolist() == [0.0, 2.0]"
        ),
        code("assert raised(torch.tensor([-1.0, 2.0]), floor=3.0).tolist() == [3.0, 3.0]"),
        raw("# END TESTS"),
        raw("# END QUESTION"),
        raw("# BEGIN QUESTION\nname: q3\nmanual: true"),
        markdown("**Question 3.** Why?"),
        raw("# BEGIN SOLUTION"),
        markdown("Because."),
        raw("# END SOLUTION"),
        raw("# END QUESTION"),
    ]
)

OTTER_STUDENT = notebook(
    [
        code("import torch\nimport otter\ngrader = otter.Notebook()"),
        markdown("**Question 1.** Return twice `x`."),
        code("def doubled(x):\n    ..."),
        code("grader.check('q1')"),
    ]
)

OTTER_TEST = (
    "OK_FORMAT = True\n\ntest = {'name': 'q1', 'points': 2, 'suites': [{'cases': [\n"
    "    {'code': '>>> doubled(torch.tensor([1.0, 2.0])).tolist()\\n[2.0, 4.0]', 'hidden': False, 'locked': False},\n"
    "    {'code': '>>> assert doubled(torch.ones(3)).sum() == 6', 'hidden': True, 'locked': False},\n"
    "], 'scored': True, 'setup': '', 'teardown': '', 'type': 'doctest'}]}\n"
)

OTTER_EXCEPTION_TEST = (
    "from otter.test_files import test_case\n\nOK_FORMAT = False\n\nname = 'q1'\npoints = 1\n\n"
    "@test_case(points=1, hidden=False)\ndef test_doubled(doubled, torch):\n"
    "    assert doubled(torch.ones(2)).tolist() == [2.0, 2.0]\n"
)

LESSON = notebook(
    [
        markdown("# Lesson 4\n\nAttention, step by step."),
        code("import math\n\nimport torch\nfrom torch import Tensor"),
        markdown("## Scores\n\nReturn `q @ k.T`, divided by the root of the width."),
        code(
            'def scores(q: Tensor, k: Tensor) -> Tensor:\n    """Scaled dot products."""\n    # your code\n    raise NotImplementedError'
        ),
        code(
            'def scores(q: Tensor, k: Tensor) -> Tensor:\n    """Scaled dot products."""\n    return q @ k.T / math.sqrt(q.shape[-1])',
            tags=["solution"],
        ),
        code(
            "q, k = torch.ones(2, 4), torch.ones(3, 4)\nassert scores(torch.ones(2, 4), torch.ones(3, 4)).shape == (2, 3)"
        ),
        markdown("## Weights\n\nTurn scores into weights: rows that sum to 1."),
        code("def weights(s: Tensor, temperature: float = 1.0) -> Tensor:\n    ..."),
        code(
            "def weights(s: Tensor, temperature: float = 1.0) -> Tensor:\n    return (s / temperature).softmax(dim=-1)",
            tags=["solution"],
        ),
        code(
            "w = weights(scores(torch.ones(2, 4), torch.ones(3, 4)))\nassert torch.allclose(w.sum(-1), torch.ones(2))"
        ),
        markdown("## Nothing above"),
        code("def alone(x: float) -> float:\n    return 2 * x", tags=["solution"]),
    ]
)
