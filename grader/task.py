"""A task: an exercise with what its reference gave, ready for a submission to be compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from grader.calls import Plan, student_call
from grader.model import Call, Case, Exercise, Expected, Misconceptions, Status


@dataclass(frozen=True)
class Task:
    """An exercise with what the reference gave, ready to be compared.

    `calls` pairs each case with the call it makes; `sentences` are the misconceptions' words by name; `misconceptions`
    observes them, and `variants` the reference on changed inputs, once somebody needs them. `slips` observes the reference
    with one place changed: all such on the first cases, or, given names, those on every case.
    """

    exercise: Exercise
    expected: Expected
    calls: tuple[tuple[Case, Call], ...]
    sentences: tuple[tuple[str, str], ...]
    misconceptions: Callable[[], Misconceptions]
    variants: Callable[[], Misconceptions]
    slips: Callable[[tuple[str, ...]], Misconceptions] = lambda _: Misconceptions()


def calls(exercise: Exercise, expected: Expected) -> tuple[tuple[Case, Call], ...]:
    """Return the cases that count, with their calls: a companion on which the reference itself fails is not one."""
    failed = {each.id for each in expected.expectations if each.status is not Status.OK}
    plan = Plan.of(exercise, expected)
    return tuple(
        (case, msgspec.structs.replace(student_call(plan, case), id=f"{exercise.id}/{case.name}"))
        for case in exercise.cases
        if not (case.companion and case.name in failed)
    )
