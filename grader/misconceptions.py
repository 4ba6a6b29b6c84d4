"""Does a submission's conduct coincide with a known mistake's? Pure: it compares observations with observations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from grader import compare, judge
from grader.model import (
    Aspect,
    Execution,
    Finding,
    Gradient,
    Misconceptions,
    Nothing,
    Observation,
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
    found = [name for name, executions in known.executions if _coincides(sights, executions)]
    return found[0] if len(found) == 1 else None


def finding(name: str) -> Finding:
    """Return the finding that tells a misconception's sentence."""
    return Finding(rule=f"{PREFIX}{name}", rank=RANK)


def text(name: str, sentence: str) -> RuleText:
    """Return a misconception's words as a rule's; braces in the author's sentence stay braces."""
    safe = sentence.replace("{", "{{").replace("}", "}}")
    title = name.replace("_", " ")
    return RuleText(id=f"{PREFIX}{name}", title=title, message=safe, why="", mend="")


def _coincides(sights: Sequence[Sight], executions: tuple[Execution, ...]) -> bool:
    by_case = {execution.id.partition("/")[2]: execution for execution in executions}
    return all(_same(sight, by_case.get(sight.case.name)) for sight in sights)


def _same(sight: Sight, theirs: Execution | None) -> bool:
    if theirs is None:
        return False
    mine, other = sight.execution.observation, theirs.observation
    if mine is None or other is None or mine.missing or other.missing:
        return False
    if mine.raised is not None or other.raised is not None:
        return mine.raised is not None and other.raised is not None and mine.raised.type == other.raised.type
    if _besides(sight, sight.execution) != _besides(sight, theirs):
        return False
    if not sight.case.values_agreed:
        return True
    same = _same_values(sight, mine, other) and _same_gradients(sight, mine, other)
    return same and _same_buffers(sight, other)


def _same_buffers(sight: Sight, theirs: Observation) -> bool:
    faces = msgspec.structs.replace(sight.expectation, actual=theirs, oracle=theirs)
    return not judge.buffer_differences(replace(sight, expectation=faces))


UNEXPLAINED = {Aspect.RULE, Aspect.COST}
"""What no known mistake accounts for: it shows in the source or the count of operations, not in results."""

BESIDES = {Aspect.SIDE_EFFECT, Aspect.PRINTED}


def _besides(sight: Sight, execution: Execution) -> set[tuple[Aspect, str]]:
    """Return what differs besides results: a known mistake does not explain an input that it leaves alone."""
    found = judge.differences(replace(sight, execution=execution, complaints=()))
    return {(one.aspect, one.slot) for one in found if one.aspect in BESIDES}


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
