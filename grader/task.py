"""A task: an exercise with what its reference gave, ready for a submission to be compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import msgspec

from grader import shown
from grader.calls import Plan, student_call
from grader.model import Call, Case, Exercise, Expectation, Expected, Misconceptions, Outcome, Status, Verdict
from grader.panel import Panel


@dataclass(frozen=True)
class Task:
    """An exercise with what the reference gave, ready to be compared.

    `calls` pairs each case with the call it makes; `sentences` are the misconceptions' words by name; `misconceptions`
    observes them, and `variants` the reference on changed inputs, once somebody needs them. `slips` observes the reference
    with one place changed: all such on the first cases, or, given names, those on every case. `traces` gives the steps of
    the reference in each case.
    """

    exercise: Exercise
    expected: Expected
    calls: tuple[tuple[Case, Call], ...]
    sentences: tuple[tuple[str, str], ...]
    misconceptions: Callable[[], Misconceptions]
    variants: Callable[[], Misconceptions]
    slips: Callable[[tuple[str, ...]], Misconceptions] = lambda _: Misconceptions()
    traces: Callable[[], Misconceptions] = Misconceptions

    @cached_property
    def asked(self) -> tuple[tuple[Case, Call, Expectation], ...]:
        """Each case that counts, its call, and what the reference gave for it."""
        found = {expectation.id: expectation for expectation in self.expected.expectations}
        return tuple(
            (case, call, found.get(case.name) or Expectation(id=case.name, status=Status.BROKEN))
            for case, call in self.calls
        )

    @cached_property
    def summaries(self) -> tuple[str, ...]:
        """The line of each case in a report."""
        return tuple(shown.summary(self.exercise, case) for case, _ in self.calls)

    @cached_property
    def worths(self) -> tuple[float, ...]:
        """The points that each case is worth."""
        total = sum(case.weight for case, _ in self.calls) or 1.0
        return tuple(self.exercise.points * case.weight / total for case, _ in self.calls)

    @cached_property
    def passed(self) -> tuple[Verdict, ...]:
        """The verdict of each case of an answer with which nothing is wrong."""
        return tuple(
            Verdict(
                case=case.name,
                why=case.why,
                criterion=case.criterion,
                outcome=Outcome.PASSED,
                points=worth,
                max_points=worth,
                summary=summary,
            )
            for (case, _), worth, summary in zip(self.calls, self.worths, self.summaries, strict=True)
        )

    @cached_property
    def panel(self) -> Panel:
        """All numbers that are expected in these cases."""
        return Panel.of(self.exercise, self.asked)


def calls(exercise: Exercise, expected: Expected) -> tuple[tuple[Case, Call], ...]:
    """Return the cases that count, with their calls: a companion on which the reference itself fails is not one."""
    failed = {each.id for each in expected.expectations if each.status is not Status.OK}
    plan = Plan.of(exercise, expected)
    return tuple(
        (case, msgspec.structs.replace(student_call(plan, case), id=f"{exercise.id}/{case.name}"))
        for case in exercise.cases
        if not (case.companion and case.name in failed)
    )
