"""Is an answer, in every case, a multiple of something else that was observed, by a factor that has a name?"""

from __future__ import annotations

import numpy as np

from grader.findings.ratio import Factor, measure, measured, name_of
from grader.findings.scene import Pair, scenes
from grader.findings.value_factor import expression, kind_of
from grader.sight import Sight

PLAIN = (-1.0, 2.0, -2.0, 0.5, -0.5, 4.0, 0.25)
"""Numbers that somebody multiplies by where no size of an axis comes in."""


def multiple(sights: tuple[Sight, ...]) -> str | None:
    """Return in words by which named factor an answer is off from what its sights expect, None if it is no multiple.

    All values and gradients must be off by it in all ordinary cases; what vanishes on both sides does not count.
    """
    with np.errstate(all="ignore"):
        seen = scenes(sights)
        common = seen[0].cases if seen else None
        if common is None or not common.plain or any(_is_none(pair) for one in common.plain for pair in one.pairs):
            return None
        values, slopes = measured(common, gradient=False, slot=None), measured(common, gradient=True, slot=None)
        if values is None or (slopes is None and any(one.gradients for one in common.plain)):
            return None
        found = [*values, *(slopes or ())]
        if len(found) < 2 or sum(one.elements for one in found) < 4:
            return None
        factor = name_of(found, strong=True)
    if factor is None or not _is_named(factor):
        return None
    return _words(factor, kind_of(seen[0], factor))


def _is_none(pair: Pair) -> bool:
    """Tell whether an array is no multiple of the other, and neither vanishes."""
    return measure(pair) is None and bool(
        np.any(np.abs(pair.want) > pair.allowed) or np.any(np.abs(pair.got) > pair.allowed)
    )


def _is_named(factor: Factor) -> bool:
    if factor.powers:
        return len(factor.powers) <= 2
    return any(abs(factor.constant / plain - 1) < 1e-4 for plain in PLAIN)


def _words(factor: Factor, kind: str) -> str:
    if kind == "sign":
        return "and with the opposite sign"
    times = f"times {expression(factor)}"
    return {
        "sum": f"and then a sum where a mean belongs ({times})",
        "count": f"and then a mean over another count ({times})",
    }.get(kind, f"and then {times}")
