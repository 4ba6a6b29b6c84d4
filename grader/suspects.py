"""Does a submission behave as the reference would with one place of it changed? Observed once, when somebody needs it.

All slips run on an exercise's first cases; of those that a submission coincides with there, every case is run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from grader import misconceptions
from grader.calls import Plan, student_call
from grader.expected import harness_of
from grader.model import Case, Cell, Claims, Execution, Exercise, Expected, Job, Misconceptions, Status
from grader.mutants.factory import factory, name_of
from grader.mutants.slips import Mutated, Slip, slips, told
from grader.sandbox.bench import Bench
from grader.sight import Sight

CALL_S = 2.0
"""A slip that takes longer in one call has nothing to say: the reference needs milliseconds."""
ALL_S = 60.0
"""What is not run after so long is not run."""
FIRST = 3
"""So many of an author's own cases tell most slips apart."""
SUSPECTS = 40
"""Where more slips than this coincide on the first cases, the rest is not looked at."""

Observe = Callable[[tuple[str, ...]], Misconceptions]


def matching(sights: Sequence[Sight], observe: Observe) -> Slip | None:
    """Return the one slip that behaves as a submission does on every case, None if there is none, or several meanings.

    `sights` are the judged cases of one exercise; `observe` gives all slips on the first cases, or named ones on all.
    """
    if any(sight.execution.observation is None for sight in sights) or not _tells(sights):
        return None
    early = observe(())
    names = {execution.id.partition("/")[2] for _, found in early.executions for execution in found}
    there = [sight for sight in sights if sight.case.name in names]
    suspected = tuple(misconceptions.alike(there, early)[:SUSPECTS])
    if not suspected:
        return None
    return told([Slip.of(name) for name in misconceptions.alike(sights, observe(suspected))])


def _tells(sights: Sequence[Sight]) -> bool:
    """Tell whether a number differs: where all that is seen is a True for a False, much that is unlike looks alike."""
    return any(one.error is not None for sight in sights for one in sight.differences)


def first(expected: Expected, exercise: Exercise, reference: Path, bench: Bench) -> Misconceptions:
    """Run every slip of a reference on the exercise's first cases; those that cannot work are left out."""
    own = [case for case in exercise.cases if not case.companion] or [*exercise.cases]
    found = _observed(_slips(exercise, reference), own[:FIRST], expected, exercise, bench)
    working = [each for each in found.executions if any(one.status is Status.OK for one in each[1])]
    return Misconceptions(executions=tuple(working))


def chosen(
    names: tuple[str, ...], expected: Expected, exercise: Exercise, reference: Path, bench: Bench
) -> Misconceptions:
    """Run the slips of some names on every case."""
    wanted = [each for each in _slips(exercise, reference) if each.slip.name in names]
    return _observed(wanted, exercise.cases, expected, exercise, bench)


def _slips(exercise: Exercise, reference: Path) -> tuple[Mutated, ...]:
    return slips(exercise, reference.read_text(encoding="utf-8"))


def _observed(
    tried: Sequence[Mutated], cases: Sequence[Case], expected: Expected, exercise: Exercise, bench: Bench
) -> Misconceptions:
    if not tried:
        return Misconceptions()
    plans = [Plan.of(exercise, expected, name_of(exercise.id, each.slip.number)) for each in tried]
    calls = [
        msgspec.structs.replace(
            student_call(plan, case), id=f"{each.slip.number}/{case.name}", counted=False, timeout_s=CALL_S
        )
        for each, plan in zip(tried, plans, strict=True)
        for case in cases
    ]
    job = Job(
        mode="module",
        cells=tuple(
            Cell(index=index, source=factory(each.source, exercise.id, each.slip.number), where="slip")
            for index, each in enumerate(tried)
        ),
        calls=tuple(calls),
        harness=harness_of(exercise),
        limits=msgspec.structs.replace(exercise.limits, submission_s=ALL_S),
    )
    found: dict[str, list[Execution]] = {}
    for execution in bench.run(job).executions:
        found.setdefault(execution.id.partition("/")[0], []).append(_bare(execution))
    return Misconceptions(
        executions=tuple((each.slip.name, tuple(found.get(str(each.slip.number), ()))) for each in tried)
    )


def _bare(execution: Execution) -> Execution:
    """Return what is compared of an execution: no clock, no text, no count of operations."""
    seen = execution.observation
    if seen is not None:
        claims = Claims(modified=seen.claims.modified, state_changed=seen.claims.state_changed)
        seen = msgspec.structs.replace(seen, claims=claims)
    return Execution(id=execution.id, status=execution.status, observation=seen)
