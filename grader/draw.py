"""Inputs drawn with NumPy, the same on both sides of the sandbox: every stream is named by the seed and a path."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.arrays import from_numpy, is_float, to_numpy
from grader.model import Argument, Array, Case, Kind, Param, Scalar

SIZES = (6, 5, 7, 4, 9, 3, 8, 11, 13)
"""Sizes for axes that a case leaves open, each used once, so that no two axes can be confused."""


def stream(*path: object) -> np.random.Generator:
    """Return the generator that belongs to a path: a seed, then names."""
    key = hashlib.sha256("\0".join(map(str, path)).encode()).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(key[:16], "little")))


def axis_sizes(params: tuple[Param, ...], case: Case) -> dict[str, int]:
    """Return the size of every axis that the parameters name; fixed sizes ("1", "28") stand for themselves."""
    sizes: dict[str, int] = dict(case.sizes)
    fixed = {int(axis) for param in params for axis in param.axes if axis.isdigit()}
    taken = {*sizes.values(), *fixed}
    free = (size for size in itertools.chain(SIZES, itertools.count(14)) if size not in taken)
    for param in params:
        for axis in (*param.axes, param.low, param.high):
            if isinstance(axis, str) and axis and not axis.isdigit():
                if axis not in sizes:
                    sizes[axis] = next(free)
            elif isinstance(axis, str) and axis.isdigit():
                sizes[axis] = int(axis)
    return sizes


def scalars(params: tuple[Param, ...], case: Case) -> dict[str, Scalar]:
    """Return the value that each plain parameter has in a case."""
    given = dict(case.args)
    return {p.name: given.get(p.name, p.default) for p in params if p.kind is Kind.SCALAR}


@lru_cache(maxsize=128)
def arguments(
    params: tuple[Param, ...], case: Case, watched: tuple[str, ...], path: tuple[object, ...]
) -> tuple[Argument, ...]:
    """Return the arguments of one call; `path` is (seed, exercise, call index). Defaults are left out.

    They are kept: the reference's calls, the students', and what is drawn for the tolerance have the same.
    """
    sizes = axis_sizes(params, case)
    plain = scalars(params, case)
    drawn: dict[str, NDArray[Any]] = {}
    result = []
    given = dict(case.args)
    for param in params:
        if param.kind is Kind.SCALAR:
            if param.name in given or param.required:
                result.append(Argument(name=param.name, scalar=plain[param.name]))
            continue
        if param.name in case.omit:
            continue
        drawn[param.name] = _fill(param, case, sizes, plain, drawn, path)
        result.append(
            Argument(
                name=param.name,
                array=from_numpy(drawn[param.name], dtype_of(param.kind, case.dtype)),
                layout=case.layout,
                watch=param.name in watched,
            )
        )
    return tuple(result)


def dtype_of(kind: Kind, precision: str) -> str:
    """Return the dtype that a kind of parameter has at a precision."""
    return {Kind.INT: "int64", Kind.BOOL: "bool"}.get(kind, precision)


def _fill(
    param: Param,
    case: Case,
    sizes: Mapping[str, int],
    plain: Mapping[str, Scalar],
    drawn: Mapping[str, NDArray[Any]],
    path: tuple[object, ...],
) -> NDArray[Any]:
    rng = stream(*path, case.name, param.name)
    shape = tuple(sizes[axis] for axis in param.axes)
    fill = dict(case.fill).get(param.name, "")
    alike = case.layout == "expanded" and bool(shape) and shape[0] > 0
    if fill.startswith("same:"):
        values = drawn[fill.removeprefix("same:")]
    else:
        values = kind_draw(param, fill, (1, *shape[1:]) if alike else shape, sizes, rng, case)
    if param.mix is not None:
        value = plain[param.mix] if isinstance(param.mix, str) else param.mix
        share = dict(case.share).get(param.name, param.mix_share)
        chosen = rng.permutation(values.size).reshape(values.shape) < round(share * values.size)
        values = np.where(chosen, value, values)  # type: ignore[arg-type]
    return np.broadcast_to(values, shape)


def kind_draw(
    param: Param, fill: str, shape: tuple[int, ...], sizes: Mapping[str, int], rng: np.random.Generator, case: Case
) -> NDArray[Any]:
    """Return the values of one parameter before any are replaced."""
    match param.kind:
        case Kind.INT:
            return integers(rng, shape, _bound(param.low, sizes), _bound(param.high, sizes))
        case Kind.BINARY | Kind.BOOL:
            return binary(rng, shape, fill)
        case Kind.PROBS:
            return probabilities(rng, shape, fill)
        case Kind.LOG_PROBS:
            return log_probabilities(rng, shape, dict(case.std).get(param.name, 1.0))
        case _:
            return floats(rng, shape, fill, param, dict(case.std).get(param.name, 1.0))


def _bound(value: float | str | None, sizes: Mapping[str, int]) -> int:
    return sizes[value] if isinstance(value, str) else int(value or 0)


def integers(rng: np.random.Generator, shape: tuple[int, ...], low: int, high: int) -> NDArray[Any]:
    """Return integers from [low, high); both ends occur if there are elements enough."""
    values = rng.integers(low, max(high, low + 1), size=shape)
    if values.size >= 2:
        flat = values.reshape(-1)
        first, second = rng.permutation(values.size)[:2]
        flat[first], flat[second] = low, max(high - 1, low)
    return values


def binary(rng: np.random.Generator, shape: tuple[int, ...], fill: str = "") -> NDArray[Any]:
    """Return zeros and ones, both present if there are elements enough."""
    if fill in {"zeros", "ones"}:
        return np.full(shape, float(fill == "ones"))
    return integers(rng, shape, 0, 2).astype(np.float64)


def probabilities(rng: np.random.Generator, shape: tuple[int, ...], fill: str = "") -> NDArray[np.float64]:
    """Return rows that sum to 1 over the last axis; with fill "one_hot", rows of zeros with a single 1."""
    if fill == "one_hot":
        return np.eye(shape[-1])[rng.integers(0, shape[-1], size=shape[:-1])]
    logits = rng.standard_normal(shape) * 1.5
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True, initial=-np.inf))
    return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True))


def log_probabilities(rng: np.random.Generator, shape: tuple[int, ...], std: float = 1.0) -> NDArray[np.float64]:
    """Return rows whose exponentials sum to 1 over the last axis."""
    logits = rng.standard_normal(shape) * std
    shifted = logits - logits.max(axis=-1, keepdims=True, initial=-np.inf)
    with np.errstate(divide="ignore"):  # no classes, no sum
        return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def floats(
    rng: np.random.Generator, shape: tuple[int, ...], fill: str, param: Param | None = None, std: float = 1.0
) -> NDArray[np.float64]:
    """Return real numbers: normal with standard deviation `std`, uniform in the parameter's range, or a `fill`."""
    low, high = (param.low, param.high) if param else (0, None)
    normal = rng.standard_normal(shape)
    signs = np.where(rng.integers(0, 2, size=shape) == 1, 1.0, -1.0)
    fills: dict[str, NDArray[np.float64]] = {
        "zeros": np.zeros(shape),
        "ones": np.ones(shape),
        "ties": rng.integers(-1, 2, size=shape).astype(np.float64),
        "saturated": signs * rng.uniform(20.0, 90.0, size=shape),
        "near_equal": 0.5 + 1e-3 * normal,
        "extreme": signs * rng.uniform(1e3, 1e4, size=shape),
    }
    if high is not None and not fill:
        return rng.uniform(float(low), float(high), size=shape)
    return fills.get(fill, normal * std)


@lru_cache(maxsize=64)
def cotangent(shape: tuple[int, ...], seed: int, slot: str) -> NDArray[np.float64]:
    """Return the vector of a vector-Jacobian product: bounded away from zero, and exact in every float dtype.

    It is kept: a case's reference is called five times. Nobody may write to it.
    """
    values = stream(seed, "cotangent", slot).standard_normal(shape)
    away_from_zero = values + np.where(values >= 0, 0.25, -0.25)
    return to_numpy(from_numpy(away_from_zero, "bfloat16")).astype(np.float64)


STATE_NOISE = 0.25
"""How far parameters and buffers that a constructor fills with one number are moved: 1 stays well above 0."""


def state(
    constructed: tuple[tuple[str, Array], ...], buffers: set[str], path: tuple[object, ...]
) -> Iterator[tuple[str, Array]]:
    """Yield the values that a module is observed with: as constructed, but for what is one and the same number.

    A scale of ones and a running variance of ones hide whoever leaves them out; so these are drawn around it. Buffers that
    are constructed otherwise, tables and masks, are left to each module.
    """
    for name, array in constructed:
        values = to_numpy(array).astype(np.float64) if is_float(array.dtype) else np.zeros(0)
        constant = values.size > 0 and bool(np.all(values == values.reshape(-1)[0]))
        if constant:
            noise = stream(*path, "state", name).uniform(-STATE_NOISE, STATE_NOISE, values.shape)
            yield name, from_numpy(values + noise, array.dtype)
        elif name not in buffers:
            yield name, array
