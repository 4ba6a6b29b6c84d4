"""How far each expected number may move: what the tolerance makes room for besides rounding at the result's own size."""

from __future__ import annotations

import math

import msgspec
import numpy as np

from grader import compare
from grader.arrays import FLOAT_EPS, arrays_of, from_numpy, is_float, to_numpy
from grader.model import Array, Expectation, Gradient, Mapping, Node, Number, Observation, Sequence, Tensor


def spread_of(oracle: Observation, moved: list[Observation]) -> Observation:
    """Return how far each number of an observation moves among its perturbations."""
    values = tuple(
        _spread_node(node, [other.values[index] for other in moved if index < len(other.values)])
        for index, node in enumerate(oracle.values)
    )
    gradients = tuple(
        tuple(
            _spread_gradient(gradient, [other.gradients[index] for other in moved], place) for place, gradient in group
        )
        for index, group in enumerate([list(enumerate(gradients)) for gradients in oracle.gradients])
    )
    return Observation(values=values, gradients=gradients)


OWN_ERRORS = 4.0
"""A right answer may be off by so many times what the reference itself is off by."""


def with_own_error(expectation: Expectation, magnitude: float = 1.0) -> Expectation:
    """Return an expectation whose tolerance is `OWN_ERRORS` times the reference's own error, at least.

    What rounds on the way and cancels in the end, such as p (dp - sum p dp) in a saturated softmax, shows neither in the
    result's size nor in how far it moves with the inputs; but it shows in the reference, which rounds like others do.
    A gradient's error is that of its worst element, as its tolerance is.

    The reference may round better than others, by chance or since all its terms cancel alike. So a gradient's tolerance
    is also at least what the terms round that are added up in it: one for each number of the result that it belongs to,
    of the size of a cotangent (1) times the largest input (`magnitude`).
    """
    spread = expectation.spread
    for own in expectation.own_errors:
        values = tuple(map(_own_node, own.values, spread.values))
        groups = zip(own.gradients, spread.gradients, strict=False)
        gradients = tuple(tuple(map(_own_gradient, *group)) for group in groups)
        spread = Observation(
            values=values + spread.values[len(values) :], gradients=gradients + spread.gradients[len(gradients) :]
        )
    return msgspec.structs.replace(
        expectation, spread=_with_rounding(spread, expectation.actual, magnitude), own_errors=()
    )


def _with_rounding(spread: Observation, actual: Observation, magnitude: float) -> Observation:
    groups = zip(map(_floats, actual.values), actual.gradients, spread.gradients, strict=False)
    gradients = tuple(
        tuple(_at_least(*each, terms=terms, magnitude=magnitude) for each in zip(seen, moved, strict=False))
        for terms, seen, moved in groups
    )
    return msgspec.structs.replace(spread, gradients=gradients + spread.gradients[len(gradients) :])


def _floats(node: Node) -> int:
    """Return how many numbers of a result may have a cotangent."""
    return sum(math.prod(array.shape) for array in arrays_of(node) if is_float(array.dtype))


def _own_node(own: Node, spread: Node) -> Node:
    match own, spread:
        case Tensor(), Tensor():
            return Tensor(array=_own_array(own.array, spread.array))
        case Sequence(), Sequence():
            items = tuple(map(_own_node, own.items, spread.items))
            return Sequence(type=spread.type, items=items + spread.items[len(items) :])
        case Mapping(), Mapping():
            errors = dict(own.items)
            pairs = tuple((key, _own_node(errors.get(key, item), item)) for key, item in spread.items)
            return Mapping(type=spread.type, items=pairs)
        case _:
            return spread


def _own_gradient(own: Gradient, spread: Gradient) -> Gradient:
    if own.array is None or spread.array is None:
        return spread
    return Gradient(slot=spread.slot, array=_own_array(own.array, spread.array, worst=True))


def _at_least(actual: Gradient, spread: Gradient, *, terms: int, magnitude: float) -> Gradient:
    """Return a gradient's spread, or what its terms round where that is more."""
    if actual.array is None or spread.array is None:
        return spread
    rounding = FLOAT_EPS.get(actual.array.dtype, 0.0) * magnitude * _share(terms, math.prod(actual.array.shape))
    return Gradient(slot=spread.slot, array=from_numpy(np.maximum(to_numpy(spread.array), rounding), "float64"))


def _share(terms: int, inputs: int) -> float:
    """Return how many terms each input's gradient has, none for a single one: that is a mean, see `compare`.

    Of many, whose signs are drawn, the errors add up to the root of their number.
    """
    if terms <= 1 or not inputs:
        return 0.0
    return min(terms / inputs, math.sqrt(terms / inputs))


def _own_array(own: Array, spread: Array, *, worst: bool = False) -> Array:
    if not spread.data or own.shape != spread.shape:
        return spread
    error = to_numpy(own)
    share = (error.max() if worst else error) * (OWN_ERRORS / compare.C)
    return from_numpy(np.maximum(to_numpy(spread), share), "float64")


def _spread_gradient(gradient: Gradient, others: list[tuple[Gradient, ...]], place: int) -> Gradient:
    arrays = [group[place].array for group in others if place < len(group)]
    return Gradient(slot=gradient.slot, array=_spread_array(gradient.array, [a for a in arrays if a is not None]))


def _spread_array(array: Array | None, others: list[Array]) -> Array | None:
    """Return the largest change of each element; integers and bools must be exact, so theirs is zero."""
    if array is None:
        return None
    others = others if is_float(array.dtype) else []
    with np.errstate(invalid="ignore", over="ignore"):
        centre = to_numpy(array).astype(np.float64)
        spread = np.zeros(centre.shape)
        for other in others:
            if other.shape == array.shape:
                spread = np.fmax(spread, np.abs(to_numpy(other) - centre))
    return from_numpy(np.where(np.isfinite(spread), spread, 0.0), "float64")


def _spread_node(node: Node, others: list[Node]) -> Node:
    match node:
        case Tensor():
            arrays = [other.array for other in others if isinstance(other, Tensor)]
            return Tensor(array=_spread_array(node.array, arrays) or node.array)
        case Number() if node.type == "float":
            texts = [float(other.text) for other in others if isinstance(other, Number)]
            moves = [abs(text - float(node.text)) for text in texts]
            return Number(type="float", text=repr(max([move for move in moves if np.isfinite(move)], default=0.0)))
        case Sequence():
            same = [other for other in others if isinstance(other, Sequence) and len(other.items) == len(node.items)]
            items = tuple(_spread_node(item, [o.items[index] for o in same]) for index, item in enumerate(node.items))
            return Sequence(type=node.type, items=items)
        case Mapping():
            maps = [dict(other.items) for other in others if isinstance(other, Mapping)]
            return Mapping(
                type=node.type,
                items=tuple((key, _spread_node(item, [m[key] for m in maps if key in m])) for key, item in node.items),
            )
        case _:
            return node
