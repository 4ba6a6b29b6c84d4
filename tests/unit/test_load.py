"""Executing source in a namespace of its own."""

import inspect
import sys

import pytest

from grader.model import Frame, Status
from grader.worker.load import execute, new_namespace, raised_by, run_source
from tests.builders import cell


def test_a_failing_cell_does_not_stop_the_rest() -> None:
    namespace = new_namespace()
    results = execute((cell("a = 1"), cell("1 / 0", 1), cell("b = a + 1", 2)), namespace, definitions_only=False)
    assert [result.status for result in results] == [Status.OK, Status.RAISED, Status.OK]
    assert namespace["b"] == 2
    raised = results[1].raised
    assert (raised.type, raised.bases[0], raised.message) == (
        "ZeroDivisionError",
        "ArithmeticError",
        "division by zero",
    )
    assert raised.frames == (Frame(cell=1, line=1, function="<module>"),)


@pytest.mark.parametrize(
    "source", ["raise SystemExit(0)", "raise KeyboardInterrupt", "exit()", "raise BaseException('x')"]
)
def test_nothing_that_is_raised_escapes(source: str) -> None:
    assert run_source(source, "<submission 0>", new_namespace()) is not None


def test_a_syntax_error_knows_its_line() -> None:
    raised = run_source("x = 1\ny = (\n", "<submission 4>", new_namespace())
    assert (raised.type, raised.frames) == ("SyntaxError", (Frame(cell=4, line=2, function="<module>"),))


def test_source_can_be_read_back() -> None:
    namespace = new_namespace()
    execute((cell("def f(x):\n    return x + 1\n"),), namespace, definitions_only=False)
    assert inspect.getsource(namespace["f"]) == "def f(x):\n    return x + 1\n"


def test_classes_belong_to_a_module_that_exists() -> None:
    namespace = new_namespace()
    source = "from dataclasses import dataclass\n@dataclass\nclass Point:\n    x: 'int' = 0\nimport pickle\np = pickle.loads(pickle.dumps(Point(3)))"
    assert run_source(source, "<submission 0>", namespace) is None
    assert namespace["p"].x == 3
    assert sys.modules[namespace["Point"].__module__].__dict__ is namespace


def test_definitions_only_leaves_work_out() -> None:
    namespace = new_namespace()
    source = "import math\nlimit = 3\nclass C: ...\ndef f(): return limit\nx = f()\nraise ValueError\nwhile True: pass"
    (result,) = execute((cell(source),), namespace, definitions_only=True)
    assert result.status is Status.OK
    assert (namespace["f"](), "x" in namespace, "C" in namespace, "math" in namespace) == (3, False, True, True)


def test_frames_are_the_submission_s_own() -> None:
    namespace = new_namespace()
    run_source("import re\ndef f():\n    return re.compile('(')\n", "<submission 2>", namespace)
    with pytest.raises(Exception) as caught:
        namespace["f"]()
    raised = raised_by(caught.value)
    assert raised.frames == (Frame(cell=2, line=3, function="f"),)
    assert raised.bases[-1] == "BaseException"


def test_deep_recursion_keeps_the_last_frames() -> None:
    namespace = new_namespace()
    run_source("def f(n):\n    return f(n + 1)\n", "<submission 0>", namespace)
    with pytest.raises(RecursionError) as caught:
        namespace["f"](0)
    assert len(raised_by(caught.value).frames) == 20


def test_a_message_that_cannot_be_made_is_told_so() -> None:
    raised = run_source(
        "class E(Exception):\n    def __str__(self): raise E\nraise E", "<submission 0>", new_namespace()
    )
    assert raised.message == "(its message could not be made into text)"


def test_a_long_message_is_cut() -> None:
    assert len(run_source("raise ValueError('x' * 10**6)", "<submission 0>", new_namespace()).message) == 2000
