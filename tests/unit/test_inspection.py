"""What the source says before it runs."""

import ast

import pytest

from grader.model import Definition, Facts
from grader.worker.inspection import inspect_cells
from grader.worker.untouched import shape
from tests.builders import cell

STUB = 'def answer(x: Tensor, k: int=1) -> Tensor:\n    """Explain."""\n    raise NotImplementedError\n'


def facts(*sources: str, stubs: tuple[tuple[str, str], ...] = ()) -> Facts:
    return inspect_cells(tuple(cell(source, index) for index, source in enumerate(sources)), stubs)


def definition(
    source: str, name: str = "answer", stubs: tuple[tuple[str, str], ...] = (("answer", STUB),)
) -> Definition:
    return next(each for each in facts(source, stubs=stubs).definitions if each.name == name)


def test_functions_classes_and_assigned_names_are_definitions() -> None:
    found = facts(
        "def f(): ...\nasync def g(): ...\nclass C: ...\na, (b, c) = 1, (2, 3)\nd: int = 4\ne: int\nif True:\n    h = 1"
    )
    assert [each.name for each in found.definitions] == ["f", "g", "C", "a", "b", "c", "d", "h"]


@pytest.mark.parametrize(
    "source",
    [
        "print(answer := 1)",
        "with torch.no_grad():\n    answer = 1",
        "if torch.cuda.is_available():\n    pass\nelse:\n    answer = 1",
        "try:\n    def answer(x): return x\nexcept ImportError: pass",
        "for answer in range(3): pass",
        "answer: int = 1",
        "answer += 1",
    ],
)
def test_a_name_is_defined_however_it_is_given_a_value(source: str) -> None:
    assert "answer" in [each.name for each in facts(source).definitions]


@pytest.mark.parametrize("source", ["lambda: (answer := 1)", "[answer for answer in x]", "def f():\n    answer = 1"])
def test_names_inside_other_scopes_are_not_the_file_s(source: str) -> None:
    assert "answer" not in [each.name for each in facts(source).definitions]


def test_what_a_block_uses_belongs_to_what_it_defines_and_to_the_file() -> None:
    found = facts("if True:\n    answer = torch.eye(3)")
    assert {use.inside for use in found.uses if use.name == "torch.eye"} == {"", "answer"}


def test_a_definition_knows_its_cell_and_lines() -> None:
    (_, found) = facts("x = 1", "\n@decorate\ndef f():\n    return 1\n").definitions
    assert (found.cell, found.line, found.end_line) == (1, 2, 4)


@pytest.mark.parametrize(
    "source",
    [STUB, "def answer(x, k=1):\n    # todo\n    raise NotImplementedError", STUB.replace("Explain", "Another text")],
)
def test_an_untouched_starter_is_known_by_its_code(source: str) -> None:
    assert definition(source).untouched
    assert definition(source).unfinished


def test_a_changed_starter_is_touched() -> None:
    assert not definition(STUB.replace("raise NotImplementedError", "return x")).untouched
    assert not definition(STUB.replace("int=1", "int=2")).untouched


@pytest.mark.parametrize(
    ("body", "unfinished"),
    [
        ("...", True),
        ("pass", True),
        ("raise NotImplementedError('todo')", True),
        ("return x", False),
        ("raise ValueError", False),
    ],
)
def test_a_body_that_does_nothing_is_unfinished(body: str, unfinished: bool) -> None:
    assert definition(f"def answer(x, y):\n    '''Text.'''\n    {body}").unfinished is unfinished


def test_a_marked_script_is_a_definition_of_its_exercise() -> None:
    starter = (("script", "a = ...\nb = ...\n"),)
    script = lambda source: inspect_cells((cell(source, 0, "exercise:script"),), starter).definitions  # noqa: E731
    assert [(each.name, each.untouched) for each in script("a = ...\nb = ...")] == [
        ("a", False),
        ("b", False),
        ("script", True),
    ]
    assert not script("a = 1\nb = 2")[-1].untouched


def test_a_starter_file_has_a_title_and_imports_besides() -> None:
    starter = (("script", "a = ...\n"),)
    source = '"""The statement."""\n\nimport torch\nfrom torch import nn\n\na = ...\n'
    assert inspect_cells((cell(source, 0, "exercise:script"),), starter).definitions[-1].untouched


def test_a_file_named_as_a_function_is_not_a_second_definition_of_it() -> None:
    found = inspect_cells((cell(f"import torch\n{STUB}", 0, "exercise:answer"),), (("answer", STUB),))
    assert [(each.name, each.line, each.untouched) for each in found.definitions] == [("answer", 2, True)]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import torch\ntorch.nn.functional.softmax(x)", "torch.nn.functional.softmax"),
        ("import torch.nn.functional as F\nF.softmax(x)", "torch.nn.functional.softmax"),
        ("from torch.nn import functional as f\nf.softmax(x)", "torch.nn.functional.softmax"),
        ("from torch.nn.functional import softmax as s\ns(x)", "torch.nn.functional.softmax"),
        ("from torch.nn import CrossEntropyLoss", "torch.nn.CrossEntropyLoss"),
        ("x.sum().backward()", "?.backward"),
    ],
)
def test_names_are_told_with_their_aliases_resolved(source: str, name: str) -> None:
    assert name in {use.name for use in facts(source).uses}


def test_an_alias_of_an_earlier_cell_is_known() -> None:
    assert "torch.nn.functional.softmax" in {
        use.name for use in facts("import torch.nn.functional as F", "F.softmax").uses
    }


def test_a_use_knows_the_definition_around_it() -> None:
    (use,) = [use for use in facts("def f(x):\n    y = 1\n    return g(y)\n").uses if use.name == "g"]
    assert (use.inside, use.line, use.cell) == ("f", 3, 0)


@pytest.mark.parametrize(
    "loop",
    ["for i in x: pass", "while x: break", "y = [i for i in x]", "y = sum(i for i in x)", "y = {i: 1 for i in x}"],
)
def test_loops_are_told_by_their_lines(loop: str) -> None:
    assert definition(f"def answer(x):\n    z = 1\n    {loop}\n").loops == (3,)
    assert definition("def answer(x):\n    return x * 2\n").loops == ()


def test_a_broken_cell_costs_itself() -> None:
    found = facts("def f(:\n", "def g(): ...")
    ((index, raised),) = found.broken
    assert (index, raised.type, raised.frames[0].line) == (0, "SyntaxError", 1)
    assert [each.name for each in found.definitions] == ["g"]


@pytest.mark.parametrize("source", ["(" * 5000 + ")" * 5000, "x = " + "-" * 100_000 + "1", "a\0b"])
def test_crafted_source_is_a_broken_cell(source: str) -> None:
    assert [index for index, _ in facts(source).broken] == [0]


def test_magics_do_not_hide_definitions() -> None:
    found = facts("%matplotlib inline\n!ls\ndef f(x):\n    return x\n")
    assert [each.name for each in found.definitions] == ["f"]
    assert found.broken == ()


def test_a_shape_forgets_layout_and_text() -> None:
    one, two, three = (
        ast.parse(text) for text in ("def f( a:int ):\n  'x'\n  return  a", "def f(a): return a", "def f(a): return b")
    )
    assert shape(one) == shape(two)
    assert shape(one) != shape(three)
