"""What a cell must print: the reference's numbers, in any form and with any words around them."""

from __future__ import annotations

import re

import numpy as np

from grader.arrays import to_numpy
from grader.model import Aspect, Difference, Expectation, Mapping, Tensor
from grader.sight import Sight

NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|\binf\b|\bnan\b)")
PRINTED = "printed"
PRINTED_DIGITS = 4
"""As many as `print(tensor)` shows."""
MAX_POWER = 6
"""So many characters has the exponent of a number that somebody computed."""


def differences(sight: Sight) -> list[Difference]:
    """Return what is missing of what the reference prints: each number in four digits or more, equal ones as often."""
    if not sight.exercise.prints or PRINTED in dict(sight.case.checks):
        return []
    shown = NUMBER.findall(sight.expectation.actual.printed)
    outputs = _numbers_of(sight.expectation)
    wanted = [value for value in outputs if any(_shows(text, value) for text in shown)] or outputs
    numbers = NUMBER.findall(sight.observed.printed)
    missing = [value for value in wanted if not any(_shows(text, value) for text in numbers)]
    if not missing and _showing(numbers, wanted) < min(len(wanted), _showing(shown, wanted)):
        missing = wanted
    if not missing:
        return []
    return [
        Difference(
            slot=PRINTED,
            aspect=Aspect.PRINTED,
            got=" ".join(numbers[:10]) or "nothing",
            expected=" ".join(f"{value:.6g}" for value in missing[:10]),
            differing=len(missing),
            total=len(wanted),
        )
    ]


def _numbers_of(expectation: Expectation) -> list[float]:
    """Return the outputs of a script that are single numbers, in float64."""
    found = []
    for node in expectation.oracle.values:
        if isinstance(node, Mapping):
            found += [
                float(to_numpy(item.array).reshape(-1)[0])
                for _, item in node.items
                if isinstance(item, Tensor) and to_numpy(item.array).size == 1
            ]
    return found


def _showing(texts: list[str], wanted: list[float]) -> int:
    return sum(any(_shows(text, value) for value in wanted) for text in texts)


def _shows(text: str, value: float) -> bool:
    """Tell whether a printed number is a value, rounded to four digits or more, or four decimals."""
    shown = float(text)
    if shown == value or (np.isnan(shown) and np.isnan(value)):
        return True
    mantissa, _, power = text.lower().lstrip("+-").partition("e")
    if not np.isfinite(shown) or len(power) > MAX_POWER:
        return False
    whole, _, decimals = mantissa.partition(".")
    step = float(f"1e{int(power or 0) - len(decimals)}")  # where 10.0**x overflows, this is infinite
    digits = len((whole + decimals).lstrip("0"))
    return bool(abs(shown - value) <= 0.51 * step + 2e-6 * abs(value)) and (
        digits >= PRINTED_DIGITS or step <= 10.0**-PRINTED_DIGITS
    )
