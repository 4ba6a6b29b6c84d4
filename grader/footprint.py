"""What a submission did in all cases of one exercise, small enough to be kept: the same mistake leaves the same footprint.

Two codings of one mistake differ in their last bits, so a digest of numbers would part them. Kept instead are a digest of
all that must be equal (structure, shapes, dtypes, exceptions, where NaN and infinities are), and of each tensor a few sums
under drawn weights, with how far rounding may move them: the tolerance that a right solution would have at that scale.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from grader import compare
from grader.arrays import FLOAT_EPS, from_numpy, is_float, to_numpy
from grader.cache import digest
from grader.model import (
    Array,
    Aspect,
    Footprint,
    Form,
    Gradient,
    Mapping,
    Node,
    Nothing,
    Number,
    Observation,
    Raised,
    Status,
    Tensor,
    Text,
)
from grader.model import Sequence as SequenceNode
from grader.sight import ROOT, Sight

SUMS = 4
"""So many sums a tensor: two different tensors do not agree in all of them, in every case, by chance."""

BESIDES = {Aspect.PRINTED, Aspect.RULE, Aspect.SIDE_EFFECT, Aspect.COST}
"""What is wrong beside the answer; it makes a group only where the answers are right."""

_ADDRESS = re.compile(r"0x[0-9a-fA-F]+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e[-+]?\d+)?")
_RUN = re.compile(r"0(?:(?:, | x |x)0)+")


def taken(sights: Sequence[Sight], begun: bool) -> Footprint | None:
    """Return the footprint of the judged cases of one exercise; None where nothing is wrong, or nothing was answered."""
    failed = any(sight.differences or sight.execution.status not in {Status.OK, Status.RAISED} for sight in sights)
    broken = any(sight.execution.status is Status.BROKEN for sight in sights)
    if not begun or not failed or broken:
        return None
    tracks = _Tracks()
    answers_right = all(each.aspect in BESIDES for sight in sights for each in sight.differences)
    for sight in sights:
        tracks.told.append(("case", sight.case.name))
        _case(sight, tracks)
        tracks.told.extend(
            (str(each.aspect), message_shape(each.slot), message_shape(each.got))
            for each in sight.differences
            if each.aspect is Aspect.PREDICATE or (answers_right and each.aspect in BESIDES)
        )
    kind = digest("footprint", repr(tracks.told))
    return Footprint(kind=kind, sums=_column(tracks.sums), slack=_column(tracks.slack))


def message_shape(message: str) -> str:
    """Return a message without what differs from case to case: numbers, addresses, sizes."""
    return _RUN.sub("0", _NUMBER.sub("0", _ADDRESS.sub("0", message)))[:400]


def coincide(one: Footprint, other: Footprint) -> bool:
    """Tell whether two submissions did the same, up to rounding."""
    if one.kind != other.kind or one.sums.shape != other.sums.shape:
        return False
    apart = np.abs(to_numpy(one.sums) - to_numpy(other.sums))
    return bool(np.all(apart <= np.maximum(to_numpy(one.slack), to_numpy(other.slack))))


@dataclass(frozen=True)
class _Tracks:
    """What was seen so far: `told` must be equal, `sums` within `slack`."""

    told: list[tuple[str, ...]] = field(default_factory=list)
    sums: list[float] = field(default_factory=list)
    slack: list[float] = field(default_factory=list)


def _column(numbers: list[float]) -> Array:
    return from_numpy(np.asarray(numbers, dtype=np.float64), "float64")


def _case(sight: Sight, tracks: _Tracks) -> None:
    observed = sight.observed
    if sight.execution.observation is None or observed.missing:
        tracks.told.append(("ended", str(sight.execution.status), str(observed.missing)))
    elif observed.raised is not None:
        tracks.told.append(_error(observed.raised))
    elif sight.case.values_agreed:
        _values(sight, observed, tracks)
        _gradients(sight, observed, tracks)
        for name, array in observed.buffers:
            tracks.told.append(("buffer", name))
            _array(array, _Scale(sight, Aspect.BUFFER), tracks)


def _error(raised: Raised) -> tuple[str, ...]:
    return ("raised", raised.type, message_shape(raised.message))


@dataclass(frozen=True)
class _Scale:
    """What a number's tolerance depends on besides itself: the reference's value and how far that moves."""

    sight: Sight
    aspect: Aspect
    expected: Array | None = None
    spread: Array | None = None


def _values(sight: Sight, observed: Observation, tracks: _Tracks) -> None:
    named = sight.case.scenario is not None or sight.exercise.form is Form.SCRIPT
    checked = {slot.removeprefix(f"{ROOT}.") for slot, _ in sight.case.checks}
    expectation = sight.expectation
    for index, node in enumerate(observed.values):
        faces = _at(expectation.actual.values, index), _at(expectation.spread.values, index)
        _walk(node, faces, "" if named else ROOT, sight=sight, checked=checked, tracks=tracks)


def _at(nodes: tuple[Node, ...], index: int) -> Node:
    return nodes[index] if index < len(nodes) else Nothing()


def _walk(node: Node, faces: tuple[Node, Node], slot: str, *, sight: Sight, checked: set[str], tracks: _Tracks) -> None:
    """Take down one returned structure; `faces` are the reference's value and spread at the same place."""
    if slot.removeprefix(f"{ROOT}.") in checked:
        return
    match node:
        case Tensor():
            attributes = node.array.dtype, str(node.array.shape), node.device, str(node.requires_grad)
            tracks.told.append((slot, "tensor", *attributes))
            expected, spread = (face.array if isinstance(face, Tensor) else None for face in faces)
            _array(node.array, _Scale(sight, Aspect.VALUE, expected, spread), tracks)
        case Number() if node.type == "float":
            tracks.told.append((slot, "float"))
            _array(_scalar(node), _Scale(sight, Aspect.VALUE), tracks)
        case SequenceNode():
            tracks.told.append((slot, node.type, str(len(node.items))))
            for index, item in enumerate(node.items):
                below = _below(faces[0], index), _below(faces[1], index)
                _walk(item, below, f"{slot}[{index}]", sight=sight, checked=checked, tracks=tracks)
        case Mapping():
            tracks.told.append((slot, node.type, *sorted(key for key, _ in node.items)))
            for key, item in sorted(node.items, key=lambda pair: pair[0]):
                below = _below(faces[0], key), _below(faces[1], key)
                name = f"{slot}.{key}" if slot else key
                _walk(item, below, name, sight=sight, checked=checked, tracks=tracks)
        case Text():
            tracks.told.append((slot, "text", node.text))
        case _:
            tracks.told.append((slot, compare.token(node)))


def _below(face: Node, place: int | str) -> Node:
    if isinstance(face, SequenceNode) and isinstance(place, int):
        return _at(face.items, place)
    if isinstance(face, Mapping) and isinstance(place, str):
        return dict(face.items).get(place, Nothing())
    return Nothing()


def _scalar(number: Number) -> Array:
    try:
        return from_numpy(np.asarray(float(number.text)), "float32")  # a float's tolerance is float32's
    except ValueError:
        return from_numpy(np.asarray(np.nan), "float32")


def _gradients(sight: Sight, observed: Observation, tracks: _Tracks) -> None:
    if observed.backward is not None:
        tracks.told.append(("backward", *_error(observed.backward)))
        return
    for index, group in enumerate(observed.gradients):
        expected = _by_slot(sight.expectation.actual.gradients, index)
        spread = _by_slot(sight.expectation.spread.gradients, index)
        for gradient in group:
            array = gradient.array
            if array is None or not np.any(to_numpy(array)):  # no gradient is as good as zeros
                tracks.told.append(("no gradient", gradient.slot))
                continue
            tracks.told.append(("gradient", gradient.slot, str(array.shape)))
            faces = expected.get(gradient.slot), spread.get(gradient.slot)
            _array(array, _Scale(sight, Aspect.GRADIENT, *faces), tracks)


def _by_slot(gradients: tuple[tuple[Gradient, ...], ...], index: int) -> dict[str, Array | None]:
    group = gradients[index] if index < len(gradients) else ()
    return {gradient.slot: gradient.array for gradient in group}


@compare.QUIET
def _array(array: Array, scale: _Scale, tracks: _Tracks) -> None:
    """Take down one tensor: where it is not finite must be equal, its sums may be apart by what rounding does."""
    values = to_numpy(array).astype(np.float64)
    finite = np.isfinite(values)
    if not finite.all():
        marks = np.select([np.isnan(values), values > 0], [1, 2], 3) * ~finite
        tracks.told.append(("not finite", digest(marks.astype(np.uint8).tobytes())))
        values = np.where(finite, values, 0.0)
    weights = _weights(values.size)
    flat, allowed = values.reshape(-1), _allowed(array, values, scale).reshape(-1)
    tracks.sums.extend(np.nan_to_num(weights @ flat).tolist())
    rounding = 1e-12 * (np.abs(weights) @ np.abs(flat))
    tracks.slack.extend(np.nan_to_num(np.abs(weights) @ allowed + rounding).tolist())


def _allowed(array: Array, values: NDArray[np.float64], scale: _Scale) -> NDArray[np.float64]:
    """Return the tolerance of each element, as if these values were the right ones.

    A mistake that makes a result a hundred times larger makes its rounding, too, a hundred times larger.
    """
    if not is_float(array.dtype):
        return np.zeros(values.shape)
    expected, spread = scale.expected, scale.spread
    dtype = array.dtype
    if expected is not None and FLOAT_EPS.get(expected.dtype, 0.0) > FLOAT_EPS[dtype]:
        dtype = expected.dtype
    moved = np.zeros(values.shape)
    if expected is not None and spread is not None and spread.shape == array.shape == expected.shape:
        grown = _largest(values) / (_largest(to_numpy(expected).astype(np.float64)) or 1.0)
        moved = to_numpy(spread).astype(np.float64) * max(1.0, grown)
    arrays = compare.Arrays(values, values, moved, dtype, scale.sight.magnitude)
    allowed = compare.allowed_error(arrays, scale.aspect)
    override = scale.sight.exercise.tolerance
    return allowed if override is None else np.maximum(allowed, compare.allowed_error(arrays, scale.aspect, override))


def _largest(values: NDArray[np.float64]) -> float:
    return float(np.abs(values[np.isfinite(values)]).max(initial=0.0))


@lru_cache(maxsize=64)
def _weights(size: int) -> NDArray[np.float64]:
    """Return the weights of the sums of so many numbers, the same ones always; few numbers stand for themselves."""
    if size <= SUMS:
        return np.eye(size)
    rng = np.random.default_rng(size)
    return np.asarray(rng.uniform(0.5, 1.5, (SUMS, size)) * rng.choice([-1.0, 1.0], (SUMS, size)), dtype=np.float64)
