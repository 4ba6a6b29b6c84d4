"""The first step of a submission whose numbers the reference has not, and what the reference does in its place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from grader.arrays import is_float
from grader.model import Step, Trace
from grader.trace.known import Known, Match, makers, same
from grader.trace.text import Naming, expression, is_clear, is_picking, is_silent

CHAIN = 2
"""So many steps of the reference are told."""


@dataclass(frozen=True)
class Parting:
    """Where the numbers part: the line, what is computed there, and what may be computed there instead, or "".

    `index` is the step's number, `code` the text of the line. It `leads` where nothing else says more than a place.
    """

    index: int
    cell: int
    line: int
    mine: str
    right: str
    code: str = ""
    leads: bool = True


@dataclass(frozen=True)
class Side:
    """One call's steps, with what each of its arrays is in the other call."""

    trace: Trace
    known: Known
    other: Known

    @cached_property
    def met(self) -> tuple[Match | None, ...]:
        """Each array's match in the other call."""
        return tuple(self.other.find(array) for array in self.known.arrays)

    @cached_property
    def made(self) -> dict[int, int]:
        """The step that makes each array."""
        return makers(self.trace)

    @cached_property
    def given(self) -> set[int]:
        """What is handed in, or made of that."""
        used = {number for step in self.trace.steps for number in step.inputs if number not in self.made}
        found = used - self.known.plain
        for step in self.trace.steps:
            if found & set(step.inputs):
                found.update(step.outputs)
        return found

    def is_shared(self, number: int) -> bool:
        """Tell whether the other call has an array too, or it says nothing."""
        return self.met[number] is not None or number in self.known.plain

    def own(self, results: list[int]) -> tuple[list[int], set[int]]:
        """Return the first steps, and all, on the way to some results that make what the other call has not.

        Positions, counts and masks of them differ wherever two go other ways: they count only where nothing else is seen.
        """
        every = {number for number in self.made if not self.is_shared(number)}
        found = self._first(results, {number for number in every if self._matters(number)})
        return found if found[0] else self._first(results, every)

    def _matters(self, number: int) -> bool:
        return number in self.given or is_float(self.trace.arrays[number].dtype)

    def _first(self, results: list[int], own: set[int]) -> tuple[list[int], set[int]]:
        first, every, todo, seen = [], set[int](), [each for each in results if each in own], set[int]()
        while todo:
            number = todo.pop()
            if number in seen:
                continue
            seen.add(number)
            index = self.made[number]
            before = [each for each in self.trace.steps[index].inputs if each in own]
            every.add(index)
            first += [] if before else [index]
            todo += before
        return sorted(set(first), key=self._order), every

    def _order(self, index: int) -> tuple[bool, int]:
        """Put what computes before what takes a part."""
        return is_picking(self.trace.steps[index]), index

    def shared_inputs(self, index: int) -> set[int]:
        """Return the numbers, in the other call, of what goes into a step."""
        matches = (self.met[number] for number in self.trace.steps[index].inputs)
        return {match.number for match in matches if match is not None}

    def chain(self, start: int, every: set[int]) -> list[int]:
        """Return a step and a few that follow on it, those left out that only lay numbers out otherwise."""
        made, found = set(self.trace.steps[start].outputs), [start]
        for index in sorted(every):
            step = self.trace.steps[index]
            if index > start and len(found) < CHAIN and made & set(step.inputs):
                made |= set(step.outputs)
                found += [] if is_silent(step) else [index]
        return found


@np.errstate(all="ignore")
def parting(mine: Trace, right: Trace) -> Parting | None:
    """Return where a submission's numbers leave the reference's, None where its results are right or nothing is seen."""
    ours, theirs = Known.of(mine), Known.of(right)
    student, reference = Side(mine, ours, theirs), Side(right, theirs, ours)
    if len(mine.results) != len(right.results):
        return None
    pairs = zip(mine.results, right.results, strict=True)
    wrong = [pair for pair in pairs if not same(ours.arrays[pair[0]], theirs.arrays[pair[1]])]
    first, _ = student.own([one for one, _ in wrong])
    if not first:
        return None
    step = mine.steps[first[0]]
    return Parting(
        index=first[0],
        cell=step.cell,
        line=step.line,
        mine=expression(Naming.own(mine, ours), first[0]),
        right=_instead(student, reference, first[0], [other for _, other in wrong]),
    )


def _instead(student: Side, reference: Side, index: int, results: list[int]) -> str:
    """Return what the reference makes of what goes into a submission's step, "" where that is not to be seen."""
    first, every = reference.own(results)
    step = student.trace.steps[index]
    told = [(_likeness(step, reference, start), -start) for start in first]
    likeness, start = max(told, default=(0, 0))
    if not likeness:
        return ""
    own = Naming.own(student.trace, student.known)
    naming = Naming.of(reference.trace, reference.known, own, reference.met)
    texts = (expression(naming, each) for each in reversed(reference.chain(-start, every)))
    return next((text for text in texts if is_clear(text)), "")


def _likeness(step: Step, reference: Side, start: int) -> int:
    """Return how much a step of the reference stands where one of a submission does: by what goes in, by what it is."""
    common = reference.shared_inputs(start) & set(step.inputs)
    return 2 * bool(common) + (reference.trace.steps[start].operation == step.operation)
