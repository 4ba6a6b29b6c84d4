"""Does a submission's conduct coincide with a known mistake's? Pure: it compares observations with observations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum

import msgspec
import numpy as np

from grader import compare, judge
from grader.arrays import arrays_of, is_float, to_numpy
from grader.model import (
    Aspect,
    Execution,
    Finding,
    Gradient,
    Misconceptions,
    Nothing,
    Observation,
    Outcome,
    RuleText,
)
from grader.sight import ROOT, Sight

PREFIX = "misconception."
RANK = 1
"""A known mistake leads, unless something was found that no misconception shows: a rule broken, a call that died."""


def matching(sights: Sequence[Sight], known: Misconceptions) -> str | None:
    """Return the one misconception that behaves as the submission does on every case, or None if not exactly one does.

    `sights` are the judged cases of one exercise; those that did not come back coincide with nothing.
    """
    if not any(one.aspect not in UNEXPLAINED for sight in sights for one in sight.differences):
        return None
    found = alike(sights, known)
    return found[0] if len(found) == 1 else None


def alike(sights: Sequence[Sight], known: Misconceptions) -> list[str]:
    """Return the names of those that behave as the submission does on every case.

    If there are none: of those that do so but for cases in which both fail, and differently. Where the submission alone
    is not finite, as an unstable version of the same mistake is not, at least as many failing cases must coincide; else
    `DRIFTED` times as many, for the same mistake rounds otherwise where numbers nearly cancel.
    """
    fits = [(name, _coincides(sights, executions)) for name, executions in known.executions]
    return [name for name, fit in fits if fit is Fit.WHOLE] or [name for name, fit in fits if fit is Fit.EXCUSED]


def finding(name: str) -> Finding:
    """Return the finding that tells a misconception's sentence."""
    return Finding(rule=f"{PREFIX}{name}", rank=RANK)


def text(name: str, sentence: str) -> RuleText:
    """Return a misconception's words as a rule's; braces in the author's sentence stay braces."""
    safe = sentence.replace("{", "{{").replace("}", "}}")
    title = name.replace("_", " ")
    return RuleText(id=f"{PREFIX}{name}", title=title, message=safe, why="", mend="")


def coincides(sights: Sequence[Sight], executions: tuple[Execution, ...]) -> bool:
    """Tell whether a submission behaves as a known mistake does on every case, without an excuse."""
    return _coincides(sights, executions) is Fit.WHOLE


DRIFTED = 10
"""So many failing cases must coincide for each in which both fail with numbers of their own."""


class Fit(Enum):
    """How well a known mistake explains a submission: not, in every case, or but for a few in which both fail."""

    NONE = 0
    WHOLE = 1
    EXCUSED = 2


def _coincides(sights: Sequence[Sight], executions: tuple[Execution, ...]) -> Fit:
    by_case = {execution.id.partition("/")[2]: execution for execution in executions}
    met = excused = drifted = 0
    for left, sight in zip(range(len(sights) - 1, -1, -1), sights, strict=True):
        theirs = by_case.get(sight.case.name)
        if _same(sight, theirs):
            met += bool(sight.differences)
        elif theirs is not None and _is_guarded(sight, theirs):
            excused += 1
        elif theirs is None or not sight.differences or not _both_fail(sight, theirs):
            return Fit.NONE
        elif _overflows(sight):
            excused += 1
        else:
            drifted += 1
        if met + left < max(excused, DRIFTED * drifted):  # whatever the rest is
            return Fit.NONE
    return Fit.EXCUSED if excused or drifted else Fit.WHOLE


def _is_guarded(sight: Sight, theirs: Execution) -> bool:
    """Tell whether a submission is right where a known mistake is not finite: it has a guard besides."""
    seen = theirs.observation
    if judge.outcome(sight) is not Outcome.PASSED or seen is None or seen.raised is not None or seen.missing:
        return False
    return not _finite(seen) and _finite(sight.observed)


def _overflows(sight: Sight) -> bool:
    """Tell whether the submission's numbers are not finite where the expected ones are."""
    return not _finite(sight.observed) and _finite(sight.expectation.actual)


def _finite(seen: Observation) -> bool:
    arrays = [gradient.array for group in seen.gradients for gradient in group if gradient.array is not None]
    arrays += [array for node in seen.values for array in arrays_of(node) if is_float(array.dtype)]
    return all(bool(np.isfinite(to_numpy(each)).all()) for each in arrays)


def _both_fail(sight: Sight, theirs: Execution) -> bool:
    """Tell whether a submission and a known mistake both came back with wrong numbers of a case."""
    seen = sight.observed, theirs.observation or Observation(missing=True)
    if any(each.missing or each.raised is not None for each in seen):
        return False
    return bool(judge.differences(replace(sight, execution=theirs, complaints=())))


def _same(sight: Sight, theirs: Execution | None) -> bool:
    if theirs is None:
        return False
    mine, other = sight.execution.observation, theirs.observation
    if mine is None or other is None or mine.missing or other.missing:
        return False
    if mine.raised is not None or other.raised is not None:
        return mine.raised is not None and other.raised is not None and mine.raised.type == other.raised.type
    if sight.case.values_agreed and not _same_numbers(sight, mine, other):
        return False
    return _besides(sight, sight.execution) == _besides(sight, theirs)


def _same_numbers(sight: Sight, mine: Observation, other: Observation) -> bool:
    same = _same_values(sight, mine, other) and _same_gradients(sight, mine, other)
    return same and _same_buffers(sight, other)


def _same_buffers(sight: Sight, theirs: Observation) -> bool:
    faces = msgspec.structs.replace(sight.expectation, actual=theirs, oracle=theirs)
    return not judge.buffer_differences(replace(sight, expectation=faces))


UNEXPLAINED = {Aspect.RULE, Aspect.COST}
"""What no known mistake accounts for: it shows in the source or the count of operations, not in results."""


def _besides(sight: Sight, execution: Execution) -> set[tuple[Aspect, str]]:
    """Return what differs besides results: a known mistake does not explain an input that it leaves alone."""
    return {(one.aspect, one.slot) for one in judge.besides(replace(sight, execution=execution))}


def _same_values(sight: Sight, mine: Observation, other: Observation) -> bool:
    spreads = sight.expectation.spread.values
    for index, (got, want) in enumerate(zip(mine.values, other.values, strict=False)):
        spread = spreads[index] if index < len(spreads) else Nothing()
        reference = compare.Reference(want, want, spread, sight.magnitude)
        named = sight.case.scenario is not None or bool(sight.exercise.outputs)
        differences = compare.compare(got, reference, "" if named else ROOT)
        if not all(sight.is_checked(difference.slot) for difference in differences):
            return False
    return len(mine.values) == len(other.values)


def _same_gradients(sight: Sight, mine: Observation, other: Observation) -> bool:
    if (mine.backward is None) != (other.backward is None) or len(mine.gradients) != len(other.gradients):
        return False
    for index, group in enumerate(other.gradients):
        own = {gradient.slot: gradient for gradient in mine.gradients[index]}
        moved = _group(sight.expectation.spread.gradients, index)
        for gradient in group:
            faces = (gradient, gradient, moved.get(gradient.slot))
            if compare.gradient_differences(own.get(gradient.slot), faces, sight.magnitude):
                return False
    return True


def _group(gradients: tuple[tuple[Gradient, ...], ...], index: int) -> dict[str, Gradient]:
    return {gradient.slot: gradient for gradient in gradients[index]} if index < len(gradients) else {}
