"""Inputs and outputs as a report shows them."""

from __future__ import annotations

from grader import compare, draw
from grader.arrays import to_numpy
from grader.model import PREVIEW, Array, Case, Exercise, Kind, Mapping, Node, Sequence, Shown, Tensor
from grader.sight import ROOT, Sight


def summary(exercise: Exercise, case: Case) -> str:
    """Return a case's sizes and settings as one line: "batch=4, classes=7, gamma=0.5"."""
    if case.scenario is not None:
        return ""
    sizes = draw.axis_sizes(exercise.params, case)
    named = {axis for param in exercise.params for axis in param.axes if not axis.isdigit()}
    parts = [f"{axis}={size}" for axis, size in sizes.items() if axis in named]
    parts += [f"{name}={value!r}" for name, value in case.args]
    parts += [case.dtype] if case.dtype != "float32" else []
    parts += [case.layout] if case.layout != "contiguous" else []
    return ", ".join(parts)


def inputs(sight: Sight) -> tuple[Shown, ...]:
    """Return the inputs of a case's last call."""
    axes = {param.name: param.axes for param in sight.exercise.params if param.kind is not Kind.SCALAR}
    last = sight.call.arguments[-1] if sight.call.arguments else ()
    return tuple(
        _array(argument.name, argument.array, axes.get(argument.name, ()))
        if argument.array is not None
        else Shown(name=argument.name, text=repr(argument.scalar))
        for argument in last
    )


def _array(name: str, array: Array, axes: tuple[str, ...] = ()) -> Shown:
    values = to_numpy(array)
    small = values.size <= PREVIEW
    return Shown(name=name, dtype=array.dtype, shape=array.shape, axes=axes, array=array if small else None)


MOST = 50
"""Of a long list, so many entries are shown."""


def values(nodes: tuple[Node, ...]) -> tuple[Shown, ...]:
    """Return what a case's last call gave back, one entry a tensor or plain value."""
    return tuple(_nodes(ROOT, nodes[-1])[:MOST]) if nodes else ()


def _nodes(name: str, node: Node) -> list[Shown]:
    match node:
        case Tensor():
            return [_array(name, node.array)]
        case Sequence():
            return [each for index, item in enumerate(node.items) for each in _nodes(f"{name}[{index}]", item)]
        case Mapping():
            return [each for key, item in node.items for each in _nodes(key, item)]
        case _:
            return [Shown(name=name, text=compare.token(node)[:500])]
