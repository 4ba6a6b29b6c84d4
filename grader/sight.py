"""All that is known of one case of one submission: what rules, judge and findings look at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from grader.arrays import is_float, to_numpy
from grader.model import Argument, Call, Case, Difference, Execution, Exercise, Expectation, Facts, Observation

Mention = tuple[str, str, str]
"""What a rule names, how the source or torch calls it, and where: "line 3" or "call"."""

HALVES = {"bfloat16", "float16"}
NO_KERNEL = re.compile(r"not implemented for '(BFloat16|Half)'")
"""How torch says that it has no such operation in a dtype."""

ROOT = "output"
"""The slot of what a function returns."""


@dataclass(frozen=True)
class Sight:
    """One case: what was asked, what was expected, what was seen. `complaints` are predicates' words by slot.

    `mentions` is what the source says of the exercise's rules, and `summary` the case's line in a report, if somebody has
    looked already.
    """

    exercise: Exercise
    case: Case
    call: Call
    expectation: Expectation
    execution: Execution
    facts: Facts
    complaints: tuple[tuple[str, str], ...] = ()
    differences: tuple[Difference, ...] = ()
    mentions: tuple[Mention, ...] | None = None
    summary: str | None = None

    @cached_property
    def magnitude(self) -> float:
        """The largest absolute value among the float inputs of this case, at least 1; a scenario's, as the reference saw."""
        return magnitude_of(self.case, self.call, self.expectation)

    def is_checked(self, slot: str) -> bool:
        """Tell whether a predicate answers for a slot, or for what it is a part of: then it is not compared."""
        names = [f"{ROOT}.{one.removeprefix(f'{ROOT}.')}" for one, _ in self.case.checks]
        whole = f"{ROOT}.{slot.removeprefix(f'{ROOT}.')}"
        return any(whole == name or whole.startswith((f"{name}.", f"{name}[")) for name in names)

    @property
    def lacks_kernel(self) -> bool:
        """Tell whether torch has an operation in float32 that an answer uses, and not in the half precision of this companion.

        A right answer may use such a one: `torch.cdist` knows no bfloat16 on CPUs.
        """
        error = self.observed.raised or self.observed.backward
        halves = self.case.companion and self.case.dtype in HALVES
        return halves and error is not None and NO_KERNEL.search(error.message) is not None

    @property
    def observed(self) -> Observation:
        """What the submission did, or nothing if it did not get that far."""
        return self.execution.observation or Observation()


def magnitude_of(case: Case, call: Call, expectation: Expectation) -> float:
    """Return what `Sight.magnitude` is, whoever is asked."""
    return max(expectation.actual.magnitude, 1.0) if case.scenario is not None else _largest(call.arguments)


@lru_cache(maxsize=4096)
def _largest(sets: tuple[tuple[Argument, ...], ...]) -> float:
    """Return the largest absolute value among the float arguments of a call, at least 1; the same for a whole class."""
    arrays = [argument.array for arguments in sets for argument in arguments]
    values = [to_numpy(array) for array in arrays if array is not None and is_float(array.dtype) and array.data]
    return max((float(np.abs(each[np.isfinite(each)]).max(initial=1.0)) for each in values), default=1.0)
