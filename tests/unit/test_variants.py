"""Calls of the reference on changed inputs."""

from __future__ import annotations

from grader.findings import variants
from grader.model import Argument, Call, Case, Exercise, Form, Kind
from tests.builders import array, exercise, param

NAMES = ("mean_p", "std_p", "mean_q", "std_q")


def swapped(made: Exercise) -> dict[str, dict[str, object]]:
    """Return the values that every exchange of arguments gives the reference, by the variant's name."""
    arguments = tuple(Argument(name=each.name, array=array([float(index)])) for index, each in enumerate(made.params))
    call = Call(id="typical", entry="answer", form=Form.FUNCTION, arguments=(arguments,))
    found = {each.id.rpartition("/")[0]: each.arguments[0] for each in variants.calls(made, Case(name="typical"), call)}
    return {
        name: {each.name: each.array for each in given} for name, given in found.items() if name.startswith("swapped")
    }


def test_all_that_belongs_to_one_thing_is_exchanged_with_all_that_belongs_to_another() -> None:
    made = exercise(params=tuple(map(param, NAMES)))
    found = swapped(made)["swapped:mean_p`, `std_p:mean_q`, `std_q"]
    values = [array([number], "float64") for number in (2.0, 3.0, 0.0, 1.0)]
    assert found == dict(zip(NAMES, values, strict=True))


def test_what_is_of_another_kind_or_stands_alone_is_not_exchanged() -> None:
    other = (*map(param, NAMES[:3]), param("std_q", Kind.BINARY))
    assert not [name for name in swapped(exercise(params=other)) if "`" in name]
    assert not [name for name in swapped(exercise(params=tuple(map(param, NAMES[:3])))) if "`" in name]
