"""Calls of the *reference* on changed inputs: what it gives for softmax(logits) is what a student with one softmax too
many gets. So a slip can be recognised without knowing the formula.

`calls` makes them; the pipeline runs them as it runs misconceptions, once somebody fails; `value_variant` compares.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from grader import draw
from grader.arrays import from_numpy, is_float, to_numpy
from grader.findings.scene import ORDINARY_STD
from grader.findings.value_activation import sigmoid, softmax
from grader.model import Argument, Call, Case, Exercise, Form, Kind, Param

Array = NDArray[Any]
Arguments = dict[str, Argument]

SPREAD_ROWS = 9
"""Up to so many rows, every row is also met with every other row's target: n calls of the reference."""


def wanted(exercise: Exercise, case: Case) -> bool:
    """Tell whether a case tells hypotheses apart: an ordinary one, in float32, of one call with drawn inputs."""
    drawn = case.scenario is None and case.values_agreed and exercise.form is not Form.MODULE
    return drawn and is_ordinary(case) and case.dtype == "float32"


def is_ordinary(case: Case) -> bool:
    """Tell whether what is drawn for a case is neither large, nor alike, nor laid out in an odd way."""
    return all(std <= ORDINARY_STD for _, std in case.std) and not case.fill and case.layout == "contiguous"


def calls(exercise: Exercise, case: Case, call: Call) -> tuple[Call, ...]:
    """Return the calls of the reference on changed inputs, in float64; the id of each is "variant/case".

    `call` is what a student's call of the same case would be, with the reference's name as its entry.
    """
    if not wanted(exercise, case):
        return ()
    plan = list(_variants(exercise, case))
    sets = [{argument.name: argument for argument in arguments} for arguments in call.arguments]
    found = []
    for name, change in plan:
        changed = [change(dict(one)) for one in sets]
        if all(one is not None for one in changed):
            kept = tuple(tuple(_wide(argument) for argument in one.values()) for one in changed if one is not None)
            found.append(_call(call, f"{name}/{case.name}", kept))
    return tuple(found)


def _call(call: Call, name: str, arguments: tuple[tuple[Argument, ...], ...]) -> Call:
    return msgspec.structs.replace(
        call, id=name, arguments=arguments, by_keyword=True, precision="float64", counted=False
    )


def _wide(argument: Argument) -> Argument:
    array = argument.array
    if array is not None and is_float(array.dtype):
        array = from_numpy(to_numpy(array).astype(np.float64), "float64")
    return Argument(name=argument.name, array=array, scalar=argument.scalar, watch=argument.watch)


Change = Callable[[Arguments], Arguments | None]
Variant = tuple[str, Change]


def _variants(exercise: Exercise, case: Case) -> Iterator[Variant]:
    for param in exercise.params:
        yield from _of_param(param, case)
    yield from _swaps(exercise, case)
    yield from _scaled(exercise, case)
    yield from _rows(exercise, case)
    yield from _meetings(exercise, case)


def _of_param(param: Param, case: Case) -> Iterator[Variant]:
    name = param.name
    if param.kind is Kind.SCALAR:
        yield from _of_scalar(param, case)
        return
    if name in case.omit:
        return
    for first, second in itertools.combinations(range(len(param.axes)), 2):
        square = param.axes[first] == param.axes[second]
        kind = "transposed" if square else "reordered"
        yield f"{kind}:{name}:{first}{second}", _mapped_any(name, partial(_reordered, first=first, second=second))
    if not param.required:
        yield f"without:{name}", lambda known: {key: one for key, one in known.items() if key != name}
    yield from _of_kind(param, case)


def _of_kind(param: Param, case: Case) -> Iterator[Variant]:
    name = param.name
    match param.kind:
        case Kind.FLOAT:
            if len(param.axes) > 1:
                yield f"softmax:{name}", _mapped(name, softmax)
            yield f"sigmoid:{name}", _mapped(name, sigmoid)
            yield f"negated:{name}", _mapped(name, np.negative)
        case Kind.PROBS | Kind.LOG_PROBS:
            yield f"softmax:{name}", _mapped(name, softmax)
        case Kind.BINARY:
            yield f"complement:{name}", _mapped(name, lambda values: 1 - values)
        case Kind.INT:
            yield from _of_integers(param, case)


def _reordered(values: Array, first: int, second: int) -> Array:
    """Exchange two axes, then read the numbers into the old shape: what `reshape` does in place of `transpose`."""
    return np.swapaxes(values, first, second).reshape(values.shape)


def _of_scalar(param: Param, case: Case) -> Iterator[Variant]:
    name, value = param.name, dict(case.args).get(param.name, param.default)
    if value != param.default and not param.required:
        yield f"default:{name}", lambda known: {key: one for key, one in known.items() if key != name}
    if isinstance(value, float) and not isinstance(value, bool):
        if 0 < value < 1 and value != 0.5:
            yield f"complement:{name}", _set(name, 1 - value)
        if value not in {0.0, 1.0}:
            yield f"inverse:{name}", _set(name, 1 / value)
            yield f"neutral:{name}", _set(name, 1.0)
        if value != 0.0:
            yield f"zero:{name}", _set(name, 0.0)
            yield f"negated:{name}", _set(name, -value)


def _of_integers(param: Param, case: Case) -> Iterator[Variant]:
    high = param.high
    if not isinstance(high, str) or param.mix is not None:
        return
    size = dict(case.sizes).get(high)
    for step in (1, -1):
        yield f"shifted{step:+d}:{param.name}", _shift(param.name, step, size)


def _shift(name: str, step: int, size: int | None) -> Change:
    def change(known: Arguments) -> Arguments | None:
        argument = known.get(name)
        if argument is None or argument.array is None:
            return None
        values = to_numpy(argument.array)
        limit = size or int(values.max(initial=0)) + 1
        return known | {name: _with(argument, (values + step) % max(limit, 1))}

    return change


def _set(name: str, value: float) -> Change:
    return lambda known: _put(known, name, value)


def _mapped(name: str, function: Callable[[Array], Array]) -> Change:
    def change(known: Arguments) -> Arguments | None:
        argument = known.get(name)
        if argument is None or argument.array is None:
            return None
        with np.errstate(all="ignore"):
            return known | {name: _with(argument, function(to_numpy(argument.array).astype(np.float64)))}

    return change


def _with(argument: Argument, values: Array) -> Argument:
    assert argument.array is not None
    dtype = "float64" if is_float(argument.array.dtype) else argument.array.dtype
    return Argument(name=argument.name, array=from_numpy(values, dtype), watch=argument.watch)


def _swaps(exercise: Exercise, case: Case) -> Iterator[Variant]:
    """Two arguments that could stand for each other, exchanged."""
    tensors = [param for param in exercise.params if param.kind is not Kind.SCALAR and param.name not in case.omit]
    for first, second in itertools.pairwise(tensors):
        if first.axes == second.axes and {first.kind, second.kind} <= {Kind.FLOAT, Kind.PROBS, Kind.LOG_PROBS}:
            yield f"swapped:{first.name}:{second.name}", _swap(first, second)
    yield from _swapped_pairs(tensors)
    given = draw.scalars(exercise.params, case)
    floats = [(name, value) for name, value in given.items() if isinstance(value, float)]
    for (first_name, one), (second_name, other) in itertools.pairwise(floats):
        if one != other:
            yield f"swapped:{first_name}:{second_name}", _set_two((first_name, other), (second_name, one))


def _swapped_pairs(tensors: list[Param]) -> Iterator[Variant]:
    """All that belongs to one thing exchanged with all that belongs to another: `mean_p`, `std_p` with `mean_q`, `std_q`."""
    known = {param.name: param for param in tensors}
    endings = list(dict.fromkeys(param.name.rpartition("_")[2] for param in tensors if "_" in param.name))
    for one, other in itertools.combinations(endings, 2):
        pairs = [
            (param, known[name.removesuffix(one) + other])
            for name, param in known.items()
            if name.endswith(f"_{one}") and name.removesuffix(one) + other in known
        ]
        if len(pairs) > 1 and all(first.axes == second.axes and first.kind is second.kind for first, second in pairs):
            names = ["`, `".join(each.name for each in group) for group in zip(*pairs, strict=True)]
            yield f"swapped:{names[0]}:{names[1]}", _swap_all(pairs)


def _swap_all(pairs: list[tuple[Param, Param]]) -> Change:
    def change(known: Arguments) -> Arguments | None:
        found: Arguments | None = known
        for first, second in pairs:
            found = None if found is None else _swap(first, second)(found)
        return found

    return change


def _set_two(first: tuple[str, float], second: tuple[str, float]) -> Change:
    return lambda known: _put(_put(known, *first), *second)


def _put(known: Arguments, name: str, value: float) -> Arguments:
    return known | {name: Argument(name=name, scalar=value)}


def _scaled(exercise: Exercise, case: Case) -> Iterator[Variant]:
    """A plain argument multiplied, or divided, by the size of an axis."""
    sizes = {axis: size for axis, size in draw.axis_sizes(exercise.params, case).items() if size > 1}
    for name, value in draw.scalars(exercise.params, case).items():
        if isinstance(value, float) and value != 0:
            for axis, size in sizes.items():
                yield f"times:{name}:{axis}", _set(name, value * size)
                yield f"divided:{name}:{axis}", _set(name, value / size)


def _swap(first: Param, second: Param) -> Change:
    def change(known: Arguments) -> Arguments | None:
        one, other = known.get(first.name), known.get(second.name)
        if one is None or other is None or one.array is None or other.array is None:
            return None
        with np.errstate(all="ignore"):
            mine = _as(to_numpy(one.array), first.kind, second.kind)
            theirs = _as(to_numpy(other.array), second.kind, first.kind)
        return known | {first.name: _with(one, theirs), second.name: _with(other, mine)}

    return change


def _as(values: Array, old: Kind, new: Kind) -> Array:
    """Return values of one kind as another: a probability for a log-probability, and the other way round."""
    if (old, new) == (Kind.LOG_PROBS, Kind.PROBS):
        return np.exp(values.astype(np.float64))
    if (old, new) == (Kind.PROBS, Kind.LOG_PROBS):
        return np.log(values.astype(np.float64))
    return values


SLICES: tuple[tuple[str, slice], ...] = (
    ("all but the last", slice(None, -1)),
    ("all but the first", slice(1, None)),
    ("only the first", slice(None, 1)),
    ("only the last", slice(-1, None)),
    ("every second", slice(None, None, 2)),
)


def _rows(exercise: Exercise, case: Case) -> Iterator[Variant]:
    """Some positions of an axis alone, for every axis that two tensors share, or that is the first."""
    sizes = draw.axis_sizes(exercise.params, case)
    tensors = [param for param in exercise.params if param.kind is not Kind.SCALAR]
    for axis, size in sizes.items():
        owners = [param for param in tensors if axis in param.axes]
        if size < 3 or axis.isdigit() or len(owners) < 2 or any(param.high == axis for param in tensors):
            continue
        for words, chosen in SLICES:
            yield f"rows:{words}:{axis}", _sliced(owners, axis, (chosen,) * len(owners))
        early, late = slice(None, -1), slice(1, None)
        others = len(owners) - 1
        yield f"ahead:{owners[0].name}:{axis}", _sliced(owners, axis, (early, *(late,) * others))
        yield f"behind:{owners[0].name}:{axis}", _sliced(owners, axis, (late, *(early,) * others))


def _sliced(owners: list[Param], axis: str, chosen: tuple[slice, ...]) -> Change:
    def change(known: Arguments) -> Arguments | None:
        result = dict(known)
        for param, part in zip(owners, chosen, strict=True):
            argument = known.get(param.name)
            if argument is not None and argument.array is not None:
                place = (slice(None),) * param.axes.index(axis)
                result[param.name] = _with(argument, to_numpy(argument.array)[(*place, part)])
        return result

    return change


def _meetings(exercise: Exercise, case: Case) -> Iterator[Variant]:
    """Every row with the target of the row k further on: moved by one place, or, averaged over k, all pairs."""
    tensors = [param for param in exercise.params if param.kind is not Kind.SCALAR and param.name not in case.omit]
    if len(tensors) < 2 or not tensors[1].axes or tensors[0].axes[:1] != tensors[1].axes[:1]:
        return
    size = draw.axis_sizes(exercise.params, case).get(tensors[0].axes[0], 0)
    for step in range(1, size if size <= SPREAD_ROWS else 2):
        yield f"rolled:{step}", _mapped_any(tensors[1].name, partial(np.roll, shift=step, axis=0))
    yield "flipped", _mapped_any(tensors[1].name, lambda values: values[::-1])


def _mapped_any(name: str, function: Callable[[Array], Array]) -> Change:
    def change(known: Arguments) -> Arguments | None:
        argument = known.get(name)
        if argument is None or argument.array is None:
            return None
        return known | {name: _with(argument, function(to_numpy(argument.array)))}

    return change
