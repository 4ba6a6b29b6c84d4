"""Calls made by hand, observed in this process."""

from __future__ import annotations

from typing import Any

from grader.model import Argument, Call, Form, Observation
from grader.worker.load import new_namespace, run_source
from grader.worker.observe import perform
from tests.builders import array


def argument(
    name: str, values: Any, dtype: str = "float32", watch: bool = True, layout: str = "contiguous"
) -> Argument:
    return Argument(name=name, array=array(values, dtype), watch=watch, layout=layout)


def function_call(*arguments: tuple[Argument, ...], **fields: Any) -> Call:
    """Return a call of `answer`; `x` stands for one watched float32 argument of that name."""
    if "x" in fields:
        arguments = ((argument("x", fields.pop("x")),),)
    return Call(**({"id": "c", "entry": "answer", "form": Form.FUNCTION, "arguments": arguments} | fields))


def observed(source: str, call: Call, harness: str = "") -> Observation:
    """Return what a call of freshly loaded source gives."""
    namespace, exercise = new_namespace(), new_namespace()
    assert run_source(source, "<submission 0>", namespace) is None
    assert run_source(harness, "<exercise>", exercise) is None
    return perform(call, namespace, exercise, {})
