"""The standard cases: which values and sizes they choose."""

from __future__ import annotations

import pytest

from grader.model import LARGE, SMALL, Case, Form, Kind
from grader.spec.companions import companions, other_value
from tests.builders import param


@pytest.mark.parametrize(("default", "other"), [(-100, -7), (0, 1), (1, 2)])
def test_a_mark_that_may_be_looked_up_stays_one_that_may(default: int, other: int) -> None:
    mark = param("mark", Kind.SCALAR, axes=(), default=default, required=False)
    ids = param("ids", Kind.INT, axes=("batch",), low=0, high="words", mix="mark")
    assert other_value(mark, (ids, mark)) == other


@pytest.mark.parametrize(("result", "axis"), [(("bags", "width"), "bags"), ((), "words"), (("3",), "words")])
def test_costs_are_watched_along_the_result_s_first_axis(result: tuple[str, ...], axis: str) -> None:
    params = (param("table", axes=("words", "width")), param("ids", Kind.INT, axes=("bags",), low=0, high="words"))
    found = companions(Form.FUNCTION, params, (Case(name="own"),), (), result=result, sized=True)
    sizes = {case.name: dict(case.sizes) for case in found if case.counted}
    others = dict.fromkeys({"words", "width", "bags"} - {axis}, 16)
    assert sizes == {SMALL: {axis: 4, **others}, LARGE: {axis: 32, **others}}
