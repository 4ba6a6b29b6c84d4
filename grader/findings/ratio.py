"""By which factor is a result off, and what is that factor's name?"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from grader.findings.scene import FLOOR, Cases, Glimpse, Numbers, Pair, Scene
from grader.model import Kind

SHARP = 1e-3
"""A ratio is measured only where rounding leaves it three digits; float32 losses of everyday size leave five."""


NEARLY_ONE = 2e-3
"""A factor as near to 1 as this is no factor of a formula: digits were lost."""


@dataclass(frozen=True)
class Measured:
    """got = `ratio` * want for every element of one array, known to a relative `blur`."""

    ratio: float
    blur: float
    elements: int
    atoms: Mapping[str, float]


@dataclass(frozen=True)
class Factor:
    """A factor's name: `constant` times the product of `powers`. Empty powers: the same number everywhere."""

    constant: float
    powers: tuple[tuple[str, int], ...]


def measure(pair: Pair) -> tuple[float, float] | None:
    """Return (ratio, blur) if the student's array is a multiple of the expected one, else None."""
    if not pair.finite or pair.want.size == 0:
        return None
    size = float(np.abs(pair.want).max())
    if size == 0:
        return None
    got, want = pair.got / size, pair.want / size
    ratio = float((got * want).sum() / (want * want).sum())
    if not math.isfinite(ratio) or ratio == 0 or not pair.near(ratio * pair.want):
        return None
    at = int(np.argmax(np.abs(pair.want)))
    allowed = float(pair.allowed_at(ratio * pair.want).reshape(-1)[at])
    blur = 4 * max(allowed, FLOOR * abs(ratio) * size) / (abs(ratio) * size)
    return ratio, blur


def factor(scene: Scene, *, gradient: bool = False, slot: str | None = None) -> Factor | None:
    """Return the factor by which every value, or every gradient, of the ordinary cases is off, if there is one."""
    return scene.cases.once(("factor", gradient, slot), lambda: _factor(scene.cases, gradient, slot))


def _factor(cases: Cases, gradient: bool, slot: str | None) -> Factor | None:
    found = measured(cases, gradient, slot)
    if found is None or not any(abs(one.ratio - 1) > max(8 * one.blur, NEARLY_ONE) for one in found):
        return None
    if not _varied(cases, gradient, slot):
        return None
    strong = len(found) > 1 or sum(one.elements for one in found) > 1
    return name_of(found, strong=strong)


def _varied(cases: Cases, gradient: bool, slot: str | None) -> bool:
    """Tell whether the expected numbers differ in size: any number is a multiple of a single other one.

    Equal losses with gradients that vary are evidence too, since a loss's factor is its gradient's.
    """
    pairs = [
        pair
        for glimpse in cases.plain
        for pair in (glimpse.gradients if gradient else glimpse.pairs)
        if pair.gradient or slot is None or pair.slot == slot
    ]
    sizes = np.concatenate([np.abs(pair.want).reshape(-1) for pair in pairs]) if pairs else np.zeros(0)
    sizes = sizes[np.isfinite(sizes) & (sizes > 0)]
    return sizes.size > 1 and float(np.ptp(sizes)) > 1e-3 * float(sizes.max())


def measured(cases: Cases, gradient: bool, slot: str | None) -> list[Measured] | None:
    """Return one measurement for each array that allows it, or None if a wrong one is no multiple of the right one."""
    found = []
    for glimpse in cases.plain:
        for pair in glimpse.gradients if gradient else glimpse.values:
            if slot is not None and pair.slot != slot:
                continue
            result = measure(pair)
            if result is not None and result[1] < SHARP:
                found.append(Measured(*result, pair.want.size, atoms(glimpse, pair)))
            elif result is None and not pair.right and not _vanishes(pair):
                return None
        if not gradient:
            found += _from_gradients(glimpse, slot)
    return found or None


def _from_gradients(glimpse: Glimpse, slot: str | None) -> Iterator[Measured]:
    """A single result's factor is its gradient's too: whole arrays that speak for one number."""
    if slot not in {None, "output"} or len({pair.slot for pair in glimpse.values}) != 1:
        return
    for value in glimpse.wrong_values:
        ratio = measure(value)
        for pair in glimpse.gradients:
            result = measure(pair) if pair.call == value.call else None
            if ratio and result and result[1] < SHARP and abs(result[0] / ratio[0] - 1) <= ratio[1] + result[1]:
                yield Measured(*result, pair.want.size, atoms(glimpse, pair))


def _vanishes(pair: Pair) -> bool:
    """Tell whether both sides are zero but for rounding, or what is left has too few digits to be measured."""
    return pair.finite and bool(np.all(np.abs(pair.want) <= pair.allowed / SHARP))


def atoms(glimpse: Glimpse, pair: Pair) -> dict[str, float]:
    """Return what a factor may be made of, by name: sizes of axes, counts among the inputs, scalar arguments."""
    found = {f"size {axis}": float(size) for axis, size in glimpse.sizes.items() if size > 0}
    found |= {name: count for name, count in counts(glimpse, pair.call) if count > 0}
    found |= {f"argument {name}": value for name, value in glimpse.scalars.items() if value > 0}
    if glimpse.sight.case.scenario is not None:
        found |= {f"count {one.slot} that count": float(one.want.reshape(one.want.shape[0], -1).any(axis=1).sum())
                  for one in glimpse.gradients if one.want.ndim > 1 and one.want.any()}  # fmt: skip
    return found


def counts(glimpse: Glimpse, call: int) -> Iterator[tuple[str, float]]:
    """Yield the numbers of inputs that are marked, and the sums of weights: what means may be divided by."""
    arrays = glimpse.inputs(call)
    for param in glimpse.sight.exercise.params:
        values = arrays.get(param.name)
        if values is None:
            continue
        if param.mix is not None:
            mark = glimpse.scalars.get(param.mix) if isinstance(param.mix, str) else param.mix
            kept = float((values != mark).sum()) if isinstance(mark, int | float) else 0.0
            yield f"count {param.name} that are not {param.mix}", kept
        elif param.kind is Kind.PROBS:
            yield f"count {param.name} that are not 0", float((values.astype(np.float64) != 0).sum())
        elif param.kind in {Kind.BINARY, Kind.BOOL}:
            yield f"count {param.name} that are 1", float((values.astype(np.float64) > 0.5).sum())
        elif param.kind is Kind.FLOAT and isinstance(param.low, int | float) and param.high is not None:
            yield f"sum {param.name}", float(values.astype(np.float64).sum())


def name_of(found: list[Measured], *, strong: bool) -> Factor | None:
    """Return the simplest name that fits every measurement; a bare number only if the evidence is strong."""
    common = set.intersection(*(set(one.atoms) for one in found))
    logs = {
        atom: np.log([one.atoms[atom] for one in found]) for atom in found[0].atoms if atom in common
    }  # fmt: skip
    signs = {math.copysign(1.0, one.ratio) for one in found}
    if len(signs) > 1:
        return None
    sign = signs.pop()
    target = np.log([abs(one.ratio) for one in found])
    blur = np.array([one.blur for one in found]) + 1e-9
    if bool(np.all(np.abs(target) <= 4 * blur)):
        return Factor(sign, ())
    logs = {atom: values for atom, values in logs.items() if np.any(np.abs(values) > 1e-9)}
    varied = any(np.ptp(values) > 1e-9 for values in logs.values())
    names = _fitting(logs, target, blur) if varied else _single(logs, target, blur)
    if names is not None:
        return Factor(sign * names.constant, names.powers)
    spread = np.abs(target - target[0])
    if strong and bool(np.all(spread <= 4 * (blur + blur[0]))):
        return Factor(sign * math.exp(float(np.average(target, weights=1 / blur))), ())
    return _fixed_size(logs, target, blur, sign) if strong else None


def _single(logs: Mapping[str, Numbers], target: Numbers, blur: Numbers) -> Factor | None:
    """Where sizes do not vary, only the simplest names are worth something: a size, 1 over it, or a count over it."""
    sizes = [atom for atom in logs if not atom.startswith("argument ")]
    counts = [atom for atom in sizes if atom.startswith("count ")]
    simple: list[tuple[tuple[str, int], ...]] = [((atom, power),) for atom in sizes for power in (1, -1)]
    simple += [((count, 1), (size, -1)) for count in counts for size in sizes if count != size]
    for powers in simple:
        if _is(target, sum((power * logs[atom] for atom, power in powers), np.zeros(target.shape)), blur):
            return Factor(1.0, powers)
    return None


def _fitting(logs: Mapping[str, Numbers], target: Numbers, blur: Numbers) -> Factor | None:
    first = {atom: float(values[0]) for atom, values in logs.items()}
    for constant in (1.0, 2.0, 0.5):
        rest = target - math.log(constant)
        if constant != 1.0 and _is(rest, np.zeros(rest.shape), blur):
            return Factor(constant, ())
        wanted, slack = float(rest[0]), 4 * float(blur[0])
        for powers in _products(logs):
            if abs(wanted - sum(power * first[atom] for atom, power in powers)) > slack:
                continue
            if _is(rest, sum((power * logs[atom] for atom, power in powers), np.zeros(rest.shape)), blur):
                return Factor(constant, powers)
    return _one_less(logs, target, blur)


def _is(target: Numbers, guess: Numbers, blur: Numbers) -> bool:
    return bool(np.all(np.abs(target - guess) <= 4 * blur))


def _products(logs: Mapping[str, Numbers]) -> Iterator[tuple[tuple[str, int], ...]]:
    singles = [(atom, power) for atom in logs for power in _powers(atom)]
    singles.sort(key=lambda one: abs(one[1]))
    yield from ((one,) for one in singles)
    for size in (2, 3):
        yield from _mixed(singles, size)


def _powers(atom: str) -> Iterable[int]:
    return (1, -1, 2, -2) if atom.startswith("argument ") else (1, -1)


def _mixed(singles: list[tuple[str, int]], size: int) -> Iterator[tuple[tuple[str, int], ...]]:
    few = [one for one in singles if abs(one[1]) == 1] if size > 2 else singles
    for chosen in itertools.combinations(few[:12] if size > 2 else few[:24], size):
        if len({atom for atom, _ in chosen}) == size:
            yield chosen


def _one_less(logs: Mapping[str, Numbers], target: Numbers, blur: Numbers) -> Factor | None:
    """Return n / (n - 1), or its inverse, for an n among the atoms: a mean that divides by one too few or too many."""
    for atom, values in logs.items():
        count = np.exp(values)
        if not atom.startswith("argument ") and np.all(count > 1):
            for shift in (-1, 1):
                if _is(target, values - np.log(count + shift), blur):
                    return Factor(1.0, ((f"{atom} {'less' if shift < 0 else 'plus'} one", -1), (atom, 1)))
    return None


def _fixed_size(logs: Mapping[str, Numbers], target: Numbers, blur: Numbers, sign: float) -> Factor | None:
    """Return size / number, for a whole number that stands where a size should."""
    sizes = [atom for atom in logs if atom.startswith("size ")]
    for count in (1, 2, 3):
        for atoms_ in itertools.combinations(sizes, count):
            values = sum((logs[atom] for atom in atoms_), np.zeros(target.shape))
            rest = target - values
            number = math.exp(min(-float(rest[0]), 50.0))
            whole = abs(number - round(number)) < 1e-3 * number and round(number) > 1
            if whole and float(np.ptp(values)) > 0.1 and _is(rest, np.full(rest.shape, rest[0]), 2 * blur):
                return Factor(sign / round(number), tuple((atom, 1) for atom in atoms_))
    return None
