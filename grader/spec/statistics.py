"""Predicates for random answers: dropout, sampling, initialisers.

Each accepts a right answer but for a false alarm of less than 1 in 10**6, and says so when a sample is too small for that.
"""

from __future__ import annotations

import math
from typing import Any

SIGMAS = 5.0
"""A normal variable is farther than this from its mean with probability 5.7e-7 (two-sided)."""

FALSE_ALARM = 5.7e-7
FEWEST = 1_000
"""The normal approximation of a mean needs so many draws."""


def mean_is(values: Any, mean: float, std: float) -> str | None:
    """Complain unless the mean of independent draws, each with standard deviation `std`, may be `mean`.

    By the central limit theorem the mean of n draws has the standard deviation std/sqrt(n).
    """
    count = values.numel()
    if count < FEWEST:
        return f"{count} values are too few to judge; at least {FEWEST} are needed"
    got = float(values.double().mean())
    allowed = SIGMAS * std / math.sqrt(count)
    if abs(got - mean) <= allowed:
        return None
    return f"the mean of {count} values is {got:.4g}; by chance it would be within {allowed:.2g} of {mean:.4g}"


def share_is(flags: Any, share: float) -> str | None:
    """Complain unless independent yes-or-no draws may be true with probability `share` (Hoeffding's inequality)."""
    count = flags.numel()
    if count < FEWEST:
        return f"{count} values are too few to judge; at least {FEWEST} are needed"
    got = float(flags.double().mean())
    allowed = math.sqrt(math.log(2 / FALSE_ALARM) / (2 * count))
    if abs(got - share) <= allowed:
        return None
    return f"{got:.1%} of {count} are true; by chance it would be within {allowed:.1%} of {share:.1%}"


def deviation_is(values: Any, std: float, *, kurtosis: float = 3.0) -> str | None:
    """Complain unless independent draws may have the standard deviation `std`.

    The sample variance of n draws has the standard deviation std**2 * sqrt((kurtosis - 1)/n); a normal distribution has
    kurtosis 3, a uniform one 1.8.
    """
    count = values.numel()
    if count < FEWEST:
        return f"{count} values are too few to judge; at least {FEWEST} are needed"
    got = float(values.double().var())
    allowed = SIGMAS * std**2 * math.sqrt((kurtosis - 1) / count)
    if abs(got - std**2) <= allowed:
        return None
    return f"the standard deviation of {count} values is {math.sqrt(got):.4g}, expected {std:.4g}"


def differs(first: Any, second: Any) -> str | None:
    """Complain if two draws that should be independent are the same."""
    if first.shape != second.shape or bool((first != second).any()):
        return None
    return "two calls drew the same numbers; each should draw anew"
