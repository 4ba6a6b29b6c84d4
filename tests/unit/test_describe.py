"""Exercise files: what they declare, and every fault in them."""

from __future__ import annotations

import pytest

from grader.model import Case, Describe, Described, Exercise, Form, Kind, Tolerance
from grader.worker.serve import Session, _reply

HEAD = '''"""A title.

The statement, which {is} text.
"""
from typing import Annotated
from torch import Tensor, nn
from grader.spec import *

'''


def described(text: str, path: str = "exercises/lesson/answer.py", head: str = HEAD) -> Described:
    return _reply(Describe(source=head + text, path=path, lesson="lesson"), Session())  # type: ignore[return-value]


def exercise(text: str) -> Exercise:
    found = described(text)
    assert found.faults == ()
    assert found.exercise is not None
    return found.exercise


def own(found: Exercise) -> tuple[Case, ...]:
    return tuple(case for case in found.cases if not case.companion)


FUNCTION = '''@exercise(
    case("typical", "why", batch=4, std={"x": 2.0}, args={"alpha": 0.5}),
    case("second", dtype="float64", layout="strided", omit=["weight"], gradients=[]),
    gradients=["x"], points=4, forbid=["torch.nn"], require=["loop"], tolerance=(1e-3, 1e-4), hints=["h"],
    without={"empty": "no mean"},
)
def answer(x: Float[Tensor, "batch classes"], y: Annotated[Int[Tensor, "batch"], below("classes"), mixed("ignored")],
           mask: Bool[Tensor, "batch 1"], p: Probs[Tensor, "batch classes"], q: LogProbs[Tensor, "batch classes"],
           t: Binary[Tensor, "batch"], u: Annotated[Float[Tensor, ""], between(1.0, 2.0)],
           weight: Float[Tensor, "classes"] | None = None, alpha: float = 0.25, ignored: int = -100,
           name: str = "mean", flag: bool = True, **details: object) -> Float[Tensor, "batch"]:
    """Kept in the starter."""
'''


def test_a_function_s_annotations_become_its_parameters() -> None:
    found = exercise(FUNCTION)
    assert (found.id, found.title, found.statement, found.form) == (
        "answer",
        "A title",
        "The statement, which {is} text.",
        Form.FUNCTION,
    )
    kinds = [Kind.FLOAT, Kind.INT, Kind.BOOL, Kind.PROBS, Kind.LOG_PROBS, Kind.BINARY, Kind.FLOAT, Kind.FLOAT]
    assert [param.kind for param in found.params] == kinds + [Kind.SCALAR] * 4
    by_name = {param.name: param for param in found.params}
    assert by_name["x"].axes == ("batch", "classes")
    assert (by_name["y"].low, by_name["y"].high, by_name["y"].mix) == (0, "classes", "ignored")
    assert by_name["u"].axes == ()
    assert (by_name["u"].low, by_name["u"].high) == (1.0, 2.0)
    assert (by_name["weight"].required, by_name["x"].required) == (False, True)
    assert (by_name["alpha"].default, by_name["flag"].default, by_name["name"].annotation) == (0.25, True, "str")
    assert found.result == ("batch",)


def test_options_are_kept() -> None:
    found = exercise(FUNCTION)
    assert (found.points, found.gradients, found.forbid, found.require) == (4, ("x",), ("torch.nn",), ("loop",))
    assert found.tolerance == Tolerance(rtol=1e-3, atol=1e-4)
    assert (found.hints, found.companions_off) == (("h",), (("empty", "no mean"),))
    first, second = own(found)
    assert (first.sizes, first.std, first.args) == ((("batch", 4),), (("x", 2.0),), (("alpha", 0.5),))
    assert (second.dtype, second.layout, second.omit, second.gradients) == ("float64", "strided", ("weight",), ())


def test_a_class_is_described_by_its_forward() -> None:
    found = exercise(
        '@exercise(case("typical"), init={"width": 3})\nclass answer(nn.Module):\n'
        '    def __init__(self, width: int): ...\n    def forward(self, x: Float[Tensor, "batch 3"]) -> Tensor: ...\n'
    )
    assert (found.form, [param.name for param in found.params], found.init) == (Form.MODULE, ["x"], (("width", 3),))
    assert found.result is None


def test_where_scenarios_make_the_inputs_nothing_need_be_drawn() -> None:
    found = exercise(
        "@exercise()\nclass answer(nn.Module):\n    def forward(self, x: Tensor, hidden=(), scale: float = 1.0): ...\n\n"
        '@answer.scenario("played")\ndef play(student, draw): ...\n'
    )
    assert [param.name for param in found.params] == ["scale"]


def test_outputs_make_a_script() -> None:
    found = exercise(
        '@exercise(case("typical"), outputs=["a", "b"], prints=True, starter="a = ...\\n")\n'
        'def answer(x: Float[Tensor, "batch"]): ...\n'
    )
    assert (found.form, found.outputs, found.prints, found.starter) == (Form.SCRIPT, ("a", "b"), True, "a = ...\n")


def test_scenarios_and_checks_are_cases() -> None:
    found = exercise(
        'def fine(value): return None\n\n@exercise(case("drawn", check={"output": fine}))\n'
        'def answer(x: Float[Tensor, "batch"]): ...\n\n'
        '@answer.scenario("played", "why", points=3, check={"loss": fine})\ndef play(student, draw): ...\n'
    )
    drawn, played = own(found)
    assert drawn.checks == (("output", "fine"),)
    assert (played.scenario, played.weight, played.checks) == ("play", 3, (("loss", "fine"),))


STUB = 'def answer(x: Float[Tensor, "batch"]): ...\n'


def declared(options: str, stub: str = STUB) -> str:
    return f"@exercise({options})\n{stub}"


FAULTS = {
    "all hidden": (declared('case("a", hidden=True)'), "cases", "every case is hidden", "Leave at least one in sight"),
    "no case": (declared(""), "cases", "there is no case", "Give at least one"),
    "two cases of one name": (declared('case("a"), case("a")'), "case 'a'", "two cases have this name", "name of its own"),
    "an unknown axis": (declared('case("a", seq=3)'), "case 'a'", "'seq' is not an axis", "batch"),
    "an unknown tensor": (declared('case("a", std={"y": 1})'), "case 'a'", "'y' is not a tensor parameter", "among: x."),
    "an unknown tensor left out": (declared('case("a", omit=["y"])'), "case 'a'", "'y' is not a tensor", "among: x."),
    "an unknown scalar": (declared('case("a", args={"y": 1})'), "case 'a'", "'y' is not a plain parameter", "none"),
    "an unknown fill": (declared('case("a", fill={"x": "nines"})'), "case 'a'", "'nines' is not a fill", "saturated"),
    "a copy of nothing": (declared('case("a", fill={"x": "same:z"})'), "case 'a'", "with 'same:z'", "comes before it"),
    "an unknown layout": (declared('case("a", layout="odd")'), "case 'a'", "'odd' is not a layout", "strided"),
    "an unknown dtype": (declared('case("a", dtype="int8")'), "case 'a'", "'int8' is not a dtype", "float64"),
    "a size that is none": (declared('case("a", batch=-1)'), "case 'a'", "the size batch=-1", "whole number"),
    "a size in words": (declared('case("a", batch="four")'), "case 'a'", "the size batch='four'", "whole number"),
    "a scalar without value": (declared('case("a")', "def answer(x: Float[Tensor, 'batch'], k: int): ...\n"), "case 'a'", "k has no value", "args={'k'"),
    "a gradient of an unknown": (declared('case("a"), gradients=["y"]'), "gradients", "'y' is not a float parameter", "among: x."),
    "a gradient of integers": (declared('case("a"), gradients=["y"]', "def answer(y: Annotated[Int[Tensor, 'batch'], below(3)]): ...\n"), "gradients", "'y' is not a float", "none"),
    "a detached unknown": (declared('case("a"), detached=["y"]'), "detached", "'y' is not a float parameter", "among: x."),
    "a notebook mode": (declared('case("a"), notebook="skip"'), "notebook", "'skip' is unknown", '"definitions"'),
    "no points": (declared('case("a"), points=0'), "points", "0 points", "above 0"),
    "points in words": (declared('case("a"), points="ten"'), "points", "'ten' points", "above 0"),
    "half a tolerance": (declared('case("a"), tolerance=1e-3'), "tolerance", "0.001", "both numbers"),
    "a negative tolerance": (declared('case("a"), tolerance=(1e-3, -1)'), "tolerance", "(0.001, -1)", "both numbers"),
    "an unknown companion": (declared('case("a"), without={"speed": "no"}'), "without", "'speed' is no standard case", "empty"),
    "no reason": (declared('case("a"), without={"empty": ""}'), "without", "'empty' is switched off without a reason", "Say why"),
    "integers without a range": (declared('case("a")', "def answer(y: Int[Tensor, 'batch']): ...\n"), "parameter y", "integers need a range", "below("),
    "a dtype that is not drawn": ("from jaxtyping import Complex\n" + declared('case("a")', "def answer(y: Complex[Tensor, 'batch']): ...\n"), "parameter y", "Complex cannot be drawn", "probs"),
    "an axis that is not drawn": (declared('case("a")', "def answer(y: Float[Tensor, 'batch ...']): ...\n"), "parameter y", "the axis '...' cannot be drawn", "a word"),
    "a bare tensor": (declared('case("a")', "def answer(y: Tensor): ...\n"), "parameter y", "cannot be drawn", "Float[Tensor"),
    "no annotation": (declared('case("a")', "def answer(y): ...\n"), "parameter y", "cannot be drawn", "Annotate"),
    "a default that is no plain value": (declared('case("a")', "def answer(y: int = (1,)): ...\n"), "parameter y", "cannot be drawn", "int, float or str"),
    "an unknown annotation": (declared('case("a")', "def answer(y: 'Unknown'): ...\n"), "signature", "'Unknown' is not defined", "imported"),
    "a class without forward": (declared('case("a")', "class answer: ...\n"), "signature", "cannot be read", "`forward`"),
    "another name": (declared('case("a")', "def reply(x: Float[Tensor, 'batch']): ...\n"), "stub", "the stub is called reply", "reply.py"),
    "a lambda for a check": (declared('case("a", check={"output": lambda x: None})'), "case 'a'", "the check of 'output', <lambda>, cannot be found", "`def`"),
    "two scenarios with one function": (declared("") + '@answer.scenario("a")\ndef play(s, d): ...\n@answer.scenario("b")\ndef play(s, d): ...\n', "scenario play", "not the one function of this name", "of its own"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_is_told_with_its_place_and_cure(name: str) -> None:
    text, where, problem, cure = FAULTS[name]
    found = described(text)
    assert found.exercise is None
    assert len(found.faults) == 1
    (fault,) = found.faults
    assert fault.place.startswith("exercises/lesson/answer.py:")
    assert fault.place.endswith(f", {where}")
    assert problem in fault.problem
    assert cure in fault.cure


def test_a_place_is_the_stub_s_line() -> None:
    (fault,) = described(declared("")).faults
    assert fault.place == f"exercises/lesson/answer.py:{HEAD.count(chr(10)) + 2}, cases"


def test_a_missing_statement_is_a_fault() -> None:
    (fault,) = described(
        declared('case("a")'), head='"""Only a title."""\nfrom torch import Tensor\nfrom grader.spec import *\n'
    ).faults
    assert (fault.problem, "docstring" in fault.cure) == ("the file has no statement", True)


def test_all_faults_are_told_at_once() -> None:
    text = declared('case("a", seq=3), case("a", dtype="int8"), points=-1, gradients=["z"], notebook="no"')
    problems = [fault.problem for fault in described(text).faults]
    assert len(problems) == 6
    assert len(set(problems)) == 6


@pytest.mark.parametrize(
    ("text", "problem", "cure"),
    [
        ("def answer(x: ...): ...(", "does not load: SyntaxError", "import without running"),
        ("import nothing_of_this_name", "does not load: ModuleNotFoundError", "Mend the error"),
        ("raise SystemExit(3)", "does not load: SystemExit", "Mend the error"),
        ("x = 1", "declares 0 exercises", "exactly one stub"),
        (
            declared('case("a")') + declared('case("b")', STUB.replace("answer", "other")),
            "declares 2 exercises",
            "one file holds one",
        ),
        (declared('case("a", weight="much")'), "wrong type", "vocabulary.py"),
        (declared('case("a", why=object())'), "wrong type", "vocabulary.py"),
        (declared('case("a"), limits={"memory": "all"}'), "wrong type", "vocabulary.py"),
    ],
)
def test_a_file_that_declares_nothing_usable(text: str, problem: str, cure: str) -> None:
    (fault,) = described(text).faults
    assert fault.place == "exercises/lesson/answer.py"
    assert problem in fault.problem
    assert cure in fault.cure


def test_hidden_cases_are_marked_and_no_companion_comes_from_them() -> None:
    text = """@exercise(case("secret", n=1, args={"by": 31.0}, hidden=True), case("plain", args={"by": 2.0}))
def answer(x: Float[Tensor, "n"], by: float) -> Float[Tensor, "n"]: ...

@answer.scenario("secret way", hidden=True)
def secret(student, draw): ...
"""
    found = exercise(text)
    assert [case.name for case in found.cases if case.hidden] == ["secret", "secret way"]
    companions = [case for case in found.cases if case.companion]
    assert companions
    assert all(dict(case.args).get("by") != 31.0 for case in companions)
