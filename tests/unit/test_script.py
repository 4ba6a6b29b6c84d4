"""A script cell, run again on other inputs."""

import ast

import pytest

from grader.model import Argument, Call, Form
from grader.worker import script

INPUTS = ("x", "t")


def kept(source: str) -> list[str]:
    tree = script.without_inputs(ast.parse(source), INPUTS)
    return [ast.unparse(statement) for statement in tree.body]


@pytest.mark.parametrize(
    "line",
    ["x = torch.randn(8)", "x, t = load()", "x = t = 0", "x: Tensor = 3", "[x, t] = 1, 2", "x = 1 if flag else 2"],
)
def test_assignments_to_inputs_alone_are_dropped(line: str) -> None:
    assert kept(f"{line}\ny = x") == ["y = x"]


@pytest.mark.parametrize("line", ["x = x.float()", "x *= 2", "x = t + 1", "x += t", "y = x", "x.mul_(2)", "x[0] = 3"])
def test_work_on_inputs_stays(line: str) -> None:
    assert kept(line) == [line]


def test_an_assignment_that_sets_more_runs_and_is_set_right_again() -> None:
    assert kept("x, y = 1, 2") == ["x, y = (1, 2)", "x = __grader_input_x"]


def call(*outputs: str) -> Call:
    arguments = (Argument(name="x", scalar=0), Argument(name="t", scalar=0))
    return Call(id="c", entry="task", form=Form.SCRIPT, arguments=(arguments,), outputs=outputs)


def namespace(*cells: tuple[str, tuple[str, ...]], **names: object) -> dict[str, object]:
    entries = tuple((f"<submission {index}>", source, tags) for index, (source, tags) in enumerate(cells))
    return {script.CELLS: entries, **names}


def test_the_script_computes_with_the_inputs_it_is_given() -> None:
    run = script.runner(call("a", "b"), namespace(("x = 1\nt = 2\na = x + t\nb = offset - a", ()), offset=100))
    assert run(x=10, t=20) == {"a": 30, "b": 70}
    assert run(x=1, t=1) == {"a": 2, "b": 98}


def test_an_earlier_result_is_not_taken_for_a_new_one() -> None:
    run = script.runner(call("a"), namespace(("if x > 100:\n    a = 1", ()), a=5))
    with pytest.raises(script.Incomplete, match="assigns no a"):
        run(x=1, t=1)


def test_a_run_leaves_the_namespace_as_it_was() -> None:
    names = namespace(("a = x\nhelper = 2", ()), helper=1)
    script.runner(call("a"), names)(x=1, t=1)
    assert names["helper"] == 1
    assert "a" not in names


def test_a_tagged_cell_is_preferred_and_the_last_one_counts() -> None:
    cells = [("a = 1", ("exercise:task",)), ("a = 2", ("exercise:task",)), ("a = 3", ())]
    assert script.runner(call("a"), namespace(*cells))(x=0, t=0) == {"a": 2}
    assert script.runner(call("a"), namespace(("a = 3", ()), ("b = 4", ())))(x=0, t=0) == {"a": 3}


def test_no_cell_assigns_the_outputs() -> None:
    with pytest.raises(script.Incomplete, match="no cell assigns a and b"):
        script.runner(call("a", "b"), namespace(("a = 1", ()), ("b = (", ())))


def test_only_scripts_without_scenario_are_run_again() -> None:
    assert script.is_script(call("a"))
    assert not script.is_script(Call(id="c", entry="f", form=Form.FUNCTION))
    assert not script.is_script(Call(id="c", entry="f", form=Form.SCRIPT, scenario="play"))
