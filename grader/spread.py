"""How far each expected number may move: what the tolerance makes room for besides rounding at the result's own size."""

from __future__ import annotations

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from grader.arrays import FLOAT_EPS, arrays_of, from_numpy, is_float, to_numpy
from grader.compare import Band, C, GradientFaces, Reference, gradient_band, parts, value_band
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

FAR = 16.0
"""An error of more than so many times what is allowed without it counts as that, and no author's case may have it."""


def with_own_error(expectation: Expectation, magnitude: float = 1.0) -> Expectation:
    """Return an expectation whose tolerance is `OWN_ERRORS` times the reference's own error, at least.

    What rounds on the way and cancels in the end, such as p (dp - sum p dp) in a saturated softmax, shows neither in the
    result's size nor in how far it moves with the inputs; but it shows in the reference, which rounds like others do.
    A gradient's error is that of its worst element, as its tolerance is. An error of more than `FAR` times what is allowed
    without it counts as that: where a step jumps, shaking tells how high it is, not how things round.

    The reference may round better than others, by chance or since all its terms cancel alike. So a gradient's tolerance
    is also at least what the terms round that are added up in it: one for each number of the result that it belongs to,
    of the size of a cotangent (1) times the largest input (`magnitude`).
    """
    actual, oracle, spread, owns = expectation.actual, expectation.oracle, expectation.spread, expectation.own_errors
    nodes = zip(actual.values, oracle.values, spread.values, strict=False)
    values = [
        _own_node(Reference(*faces, magnitude), [own.values[index] for own in owns if index < len(own.values)])
        for index, faces in enumerate(nodes)
    ]
    groups = zip(actual.values, actual.gradients, oracle.gradients, spread.gradients, strict=False)
    gradients = [
        tuple(
            _own_gradient(
                faces,
                [own.gradients[index][place].array for own in owns if index < len(own.gradients)],
                terms=_floats(node),
                magnitude=magnitude,
            )
            for place, faces in enumerate(zip(*group, strict=False))
        )
        for index, (node, *group) in enumerate(groups)
    ]
    spread = Observation(
        values=(*values, *spread.values[len(values) :]),
        gradients=(*gradients, *spread.gradients[len(gradients) :]),
    )
    return msgspec.structs.replace(expectation, spread=spread, own_errors=())


def _floats(node: Node) -> int:
    """Return how many numbers of a result may have a cotangent."""
    return sum(math.prod(array.shape) for array in arrays_of(node) if is_float(array.dtype))


def _own_node(expected: Reference, owns: list[Node]) -> Node:
    actual, spread = expected.actual, expected.spread
    match actual, spread:
        case Tensor(), Tensor():
            arrays = [own.array for own in owns if isinstance(own, Tensor)]
            return Tensor(array=from_numpy(_own_errors(arrays, spread.array, value_band(expected)), "float64"))
        case Sequence(), Sequence():
            same = [own for own in owns if isinstance(own, Sequence) and len(own.items) == len(actual.items)]
            inner = enumerate(parts(expected))
            items = tuple(_own_node(part, [own.items[index] for own in same]) for index, part in inner)
            return Sequence(type=spread.type, items=items)
        case Mapping(), Mapping():
            maps = [dict(own.items) for own in owns if isinstance(own, Mapping)]
            keyed = zip((key for key, _ in actual.items), parts(expected), strict=True)
            pairs = tuple((key, _own_node(part, [each[key] for each in maps if key in each])) for key, part in keyed)
            return Mapping(type=spread.type, items=pairs)
        case _:
            return spread


def _own_gradient(faces: GradientFaces, owns: list[Array | None], *, terms: int, magnitude: float) -> Gradient:
    actual, oracle, spread = faces
    assert spread is not None
    if actual.array is None or oracle.array is None or spread.array is None:
        return spread
    arrays = [own for own in owns if own is not None]
    error = _own_errors(arrays, spread.array, gradient_band(faces, magnitude), worst=True)
    rounding = FLOAT_EPS.get(actual.array.dtype, 0.0) * magnitude * _share(terms, math.prod(actual.array.shape))
    return Gradient(slot=spread.slot, array=from_numpy(np.maximum(error, rounding), "float64"))


def _share(terms: int, inputs: int) -> float:
    """Return how many terms each input's gradient has, none for a single one: that is a mean, see `compare`.

    Of many, whose signs are drawn, the errors add up to the root of their number.
    """
    if terms <= 1 or not inputs:
        return 0.0
    return min(terms / inputs, math.sqrt(terms / inputs))


def _own_errors(owns: list[Array], spread: Array, band: Band, *, worst: bool = False) -> NDArray[np.float64]:
    """Return a spread that makes room for the reference's own errors, each bounded by what `band` allows."""
    room = to_numpy(spread)
    for own in owns:
        if own.shape == spread.shape == band[1].shape and room.size:
            error = np.minimum(to_numpy(own), FAR * band[1])
            room = np.maximum(room, (error.max() if worst else error) * (OWN_ERRORS / C))
    return room


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
