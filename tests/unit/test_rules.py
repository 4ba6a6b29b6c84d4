"""What an answer must not, and must, use."""

from __future__ import annotations

import pytest

from grader import rules
from grader.model import Claims, Facts, Form, Observation
from grader.worker.inspection import inspect_cells
from tests.builders import cell, exercise, sight

NO_CLAIMS = Claims()


def facts(source: str) -> Facts:
    return inspect_cells((cell(source),), ())


def broken(source: str, claims: Claims = NO_CLAIMS, **options: tuple[str, ...]) -> list[tuple[str, str]]:
    form = options.pop("form", Form.FUNCTION)
    outputs = options.pop("outputs", ())
    asked = exercise(form=form, outputs=outputs, **options)
    seen = sight(Observation(claims=claims), exercise=asked, facts=facts(source))
    return [(difference.slot, difference.got) for difference in rules.broken(seen)]


HEAD = "import torch.nn.functional as F\n"


@pytest.mark.parametrize(
    "body",
    [
        "def answer(x):\n    return F.softmax(x)",
        "def helper(x):\n    return F.softmax(x)\ndef answer(x): return helper(x)",
        "soft = F.softmax\ndef answer(x): return soft(x)",
        "class Helper:\n    def go(self, x): return F.softmax(x)\ndef answer(x): return Helper().go(x)",
        "def answer(x):\n    from torch.nn.functional import softmax as s\n    return s(x)",
    ],
)
def test_what_an_answer_uses_is_found_wherever_it_is_defined(body: str) -> None:
    ((slot, name),) = broken(HEAD + body, forbid=("torch.nn.functional.softmax",))
    assert slot.startswith("line ")
    assert name == "torch.nn.functional.softmax"


@pytest.mark.parametrize(
    "body",
    [
        "def other(x):\n    return F.softmax(x)\ndef answer(x): return x",
        "print(F.softmax)\ndef answer(x): return x",
        "def answer(x):\n    'F.softmax'\n    return F.softmax_other(x)",
    ],
)
def test_what_others_use_does_not_count(body: str) -> None:
    assert broken(HEAD + body, forbid=("torch.nn.functional.softmax",)) == []


def test_a_module_forbids_all_that_is_in_it() -> None:
    assert broken(HEAD + "def answer(x): return F.softmax(x)", forbid=("torch.nn.functional",)) != []


def test_what_was_dispatched_is_found_though_the_source_hides_it() -> None:
    used = lambda *names: Claims(used=names)  # noqa: E731
    forbid = ("torch.nn.functional.softmax",)
    for name in ("torch.nn.functional.softmax", "torch.softmax", "torch._C._nn.softmax", "torch.Tensor.softmax"):
        assert broken("def answer(x): ...", used(name), forbid=forbid) == [("call", name)]
    assert broken("def answer(x): ...", used("torch.Tensor.sum"), forbid=forbid) == []
    operators = Claims(operators=(("aten._softmax", 1),))
    assert broken("def answer(x): ...", operators, forbid=("torch.ops.aten._softmax",)) == [
        ("call", "torch.ops.aten._softmax")
    ]


@pytest.mark.parametrize(
    ("forbidden", "used"),
    [
        ("torch.native_layer_norm", Claims(operators=(("aten.native_layer_norm", 1),))),
        ("torch.nn.functional.relu", Claims(operators=(("aten.relu", 1),))),
        ("torch.cdist", Claims(used=("torch.Tensor.cdist",))),
    ],
)
def test_the_operator_behind_a_function_is_that_function(forbidden: str, used: Claims) -> None:
    assert len(broken("def answer(x): ...", used, forbid=(forbidden,))) == 1


@pytest.mark.parametrize(
    "name", ["torch.ops.aten._log_softmax", "torch._log_softmax", "torch.ops.aten.log_softmax.int"]
)
def test_calling_the_operator_itself_is_calling_the_function(name: str) -> None:
    source = f"import torch\ndef answer(x): return {name}(x, 0, False)"
    assert broken(source, forbid=("torch.log_softmax",)) == [("line 2", name)]


@pytest.mark.parametrize(
    "line", ["list(map(f, x))", "functools.reduce(f, x)", "answer(x[1:]) + x[0]", "numpy.vectorize(f)(x)"]
)
def test_a_loop_may_hide_in_a_call(line: str) -> None:
    assert broken(f"def answer(x):\n    return {line}", forbid=("loop",)) == [("line 2", "loop")]


def test_a_loop_is_told_with_its_line() -> None:
    source = "def helper(x):\n    for i in x: pass\ndef answer(x): return helper(x)\n"
    assert broken(source, forbid=("loop",)) == [("line 2", "loop")]
    assert broken("def other(x):\n    for i in x: pass\ndef answer(x): return x\n", forbid=("loop",)) == []


def test_what_is_required_must_be_there() -> None:
    assert broken("def answer(x): return x", require=("torch.nn.functional.softmax",)) == [("source", "")]
    assert broken(HEAD + "def answer(x): return F.softmax(x)", require=("torch.nn.functional.softmax",)) == []
    assert broken("def answer(x):\n    for i in x: pass", require=("loop",)) == []


def test_a_script_s_own_lines_count() -> None:
    script = {"form": Form.SCRIPT, "outputs": ("a",), "forbid": ("torch.nn.functional.softmax",)}
    assert broken(HEAD + "a = F.softmax(x)", **script) == [("line 2", "torch.nn.functional.softmax")]
    assert broken(HEAD + "p = F.softmax(x)\na = p", **script) == [("line 2", "torch.nn.functional.softmax")]
    assert broken(HEAD + "unrelated = F.softmax(x)\na = x", **script) == []
    assert broken(HEAD + "F.softmax(x)\na = x", **script) == [("line 2", "torch.nn.functional.softmax")]


def test_one_difference_a_rule() -> None:
    source = HEAD + "def answer(x): return F.softmax(F.softmax(x))"
    assert len(broken(source, forbid=("torch.nn.functional.softmax", "torch.nn"))) == 2


def test_definitions_that_mention_each_other_are_followed_once() -> None:
    assert rules.reachable("a", facts("def a(): b()\ndef b(): a()\ndef c(): ...\n")) == {"a", "b"}
