"""Numbers and names as they stand in a sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from grader.findings.scene import Numbers, Pair


def number(value: float) -> str:
    """Return a number in at most 4 significant digits: "0.4575", "12", "-inf"."""
    if math.isfinite(value) and value == int(value) and abs(value) < 10**6:
        return str(int(value))
    return f"{value:.4g}"


def two(got: float, want: float) -> tuple[str, str]:
    """Return two numbers in as few digits, at least 4, as tell them apart."""
    for digits in range(4, 18):
        told = f"{got:.{digits}g}", f"{want:.{digits}g}"
        if told[0] != told[1]:
            return told
    return str(got), str(want)


def named(names: Sequence[str]) -> str:
    """Return "a", "a and b", "a, b and c"."""
    if len(names) <= 1:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def place(pair: Pair, index: Sequence[int]) -> str:
    """Return "output[0, 2]", or "output" for a single number."""
    name = f"the gradient at {pair.slot}" if pair.gradient else called(pair.slot)
    return f"{name}[{', '.join(str(int(one)) for one in index)}]" if len(index) else name


def called(slot: str) -> str:
    """Return a slot as a student calls it: "your result", or the name that the exercise gives it."""
    return "your result" if slot in {"", "output"} else slot.removeprefix("output.")


def worst(pair: Pair) -> tuple[int, ...]:
    """Return where the error is largest against what is allowed; a place that is not finite comes first."""
    with np.errstate(all="ignore"):
        error: Numbers = np.abs(pair.got - pair.want) / np.maximum(pair.allowed, 1e-300)
    same = (pair.got == pair.want) | (np.isnan(pair.got) & np.isnan(pair.want))
    error = np.where(same, -1.0, np.where(np.isnan(error), np.inf, error))
    if error.size == 0:
        return ()
    return tuple(int(one) for one in np.unravel_index(int(np.argmax(error)), error.shape))
