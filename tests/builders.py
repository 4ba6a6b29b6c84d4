"""Values built by hand, for tests that run nothing."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.arrays import from_numpy
from grader.compare import Reference
from grader.model import (
    Array,
    Call,
    Case,
    Cell,
    Execution,
    Exercise,
    Expectation,
    Facts,
    Form,
    Kind,
    Observation,
    Param,
    Status,
    Tensor,
)
from grader.sight import Sight


def array(values: Any, dtype: str = "float32") -> Array:
    """Return numbers as an Array."""
    return from_numpy(np.asarray(values), dtype)


def tensor(values: Any, dtype: str = "float32", **attributes: Any) -> Tensor:
    """Return numbers as a returned tensor."""
    return Tensor(array=array(values, dtype), **attributes)


def reference(values: Any, dtype: str = "float32", spread: float = 0.0, **attributes: Any) -> Reference:
    """Return the three faces of an expected tensor."""
    wide = np.asarray(values, dtype=np.float64)
    return Reference(
        tensor(values, dtype, **attributes),
        tensor(wide, "float64", **attributes),
        tensor(np.full(wide.shape, spread), "float64"),
    )


def param(name: str, kind: Kind = Kind.FLOAT, axes: tuple[str, ...] = ("batch",), **fields: Any) -> Param:
    """Return a parameter."""
    return Param(name=name, kind=kind, axes=axes, **fields)


def exercise(**fields: Any) -> Exercise:
    """Return a function exercise `answer(x)`; fields replace its own."""
    usual: dict[str, Any] = {
        "id": "answer", "lesson": "lesson", "title": "Answer", "statement": "Answer.", "form": Form.FUNCTION,
        "params": (param("x"),), "result": ("batch",), "cases": (Case(name="typical"),), "gradients": ("x",),
        "points": 10.0, "starter": "def answer(x):\n    raise NotImplementedError\n", "source": "", "digest": "",
    }  # fmt: skip
    return Exercise(**(usual | fields))


def cell(source: str, index: int = 0, *tags: str) -> Cell:
    """Return a cell of source."""
    return Cell(index=index, source=source, where=f"cell {index + 1}", tags=tags)


def sight(
    got: Observation | None,
    expected: Observation | None = None,
    *,
    oracle: Observation | None = None,
    spread: Observation | None = None,
    status: Status = Status.OK,
    expected_status: Status = Status.OK,
    exercise: Exercise = exercise(),  # noqa: B008 - frozen
    case: Case = Case(name="typical"),  # noqa: B008 - frozen
    facts: Facts = Facts(),  # noqa: B008 - frozen
    **fields: Any,
) -> Sight:
    """Return one case with what was seen (`got`) and what the reference gave (`expected`)."""
    wanted = expected or Observation()
    return Sight(
        exercise,
        case,
        Call(id="answer/typical", entry="answer", form=exercise.form),
        Expectation(
            id="typical",
            status=expected_status,
            actual=wanted,
            oracle=oracle or wanted,
            spread=spread or Observation(),
        ),
        Execution(id="answer/typical", status=status, observation=got),
        facts,
        **fields,
    )
