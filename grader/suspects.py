"""Does a submission behave as the reference would with one place of it changed? Observed once, when somebody needs it.

All slips run on an exercise's first cases; of those that a submission coincides with there, every case is run. If there
are none, two more questions are asked: is it a constant multiple of what a slip gives, and is it two slips at once?
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np

from grader import misconceptions
from grader.arrays import arrays_of, to_numpy
from grader.calls import TOGETHER, Plan, student_call
from grader.expected import harness_of
from grader.findings.multiples import multiple
from grader.findings.scene import scenes
from grader.model import (
    Case,
    Cell,
    Claims,
    Difference,
    Execution,
    Exercise,
    Expectation,
    Expected,
    Job,
    Misconceptions,
    Observation,
    Status,
)
from grader.mutants.factory import factory, name_of
from grader.mutants.slips import Mutated, Slip, again, pairs, slips, told
from grader.mutants.usual import ALONE, COMMON
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
PAIRED = 48
"""So many slips that give different numbers are tried in pairs."""
RARE = 3
"""A kind that people make less often has its turn so much later."""
QUIET = 4
PAIRS = ("in pairs",)
"""Asks for what pairs of slips give on the first cases."""

Observe = Callable[[tuple[str, ...]], Misconceptions]


def matching(sights: Sequence[Sight], observe: Observe) -> Slip | None:
    """Return the one slip that behaves as a submission does on every case, None if there is none, or several meanings.

    `sights` are the judged cases of one exercise; `observe` gives all slips on the first cases, or, asked for `PAIRS`,
    pairs of them on the first, or named ones on all. What is a multiple of a slip, or two at once, has the rule "slip.two".
    """
    if any(sight.execution.observation is None for sight in sights) or not _tells(sights):
        return None
    early = observe(())
    suspected = misconceptions.alike(_there(sights, early), early)
    confirmed = _confirmed(sights, suspected, observe) if suspected else []
    if confirmed:
        return told([Slip.of(name) for name in confirmed])
    return (_multiple(sights, early, observe) or _two(sights, observe)) if _differs_ordinarily(sights) else None


def _differs_ordinarily(sights: Sequence[Sight]) -> bool:
    """Tell whether a number is wrong in an ordinary case: where all is right but for overflow, no formula is two slips."""
    seen = [scene.here for scene in scenes(tuple(sights))]
    return any(one.plain and (one.wrong_values or one.wrong_gradients) for one in seen)


def _there(sights: Sequence[Sight], early: Misconceptions) -> list[Sight]:
    names = {execution.id.partition("/")[2] for _, found in early.executions for execution in found}
    return [sight for sight in sights if sight.case.name in names]


def _confirmed(sights: Sequence[Sight], suspected: Sequence[str], observe: Observe) -> list[str]:
    return misconceptions.alike(sights, observe(tuple(suspected[:SUSPECTS])))


def _multiple(sights: Sequence[Sight], early: Misconceptions, observe: Observe) -> Slip | None:
    """Return the slip of whose numbers a submission's are a multiple, with a factor that has a name, if it is one."""
    there = _there(sights, early)
    right = [_as_expected(sight) for sight in there]
    multiples = [(name, found) for name, found in early.executions if _as_multiple(there, found)]
    suspected = [name for name, found in multiples if not _as_multiple(right, found)]
    if not suspected or len(suspected) > SUSPECTS:
        return None
    seen = [(Slip.of(name), _as_multiple(sights, found)) for name, found in observe(tuple(suspected)).executions]
    simplest = min((len(said) for _, said in seen if said), default=0)
    return told(
        [
            msgspec.structs.replace(slip, rule="slip.two", told=f"{slip.told}, {said}")
            for slip, said in seen
            if said and len(said) == simplest
        ]
    )


def _as_expected(sight: Sight) -> Sight:
    """Return a case as if it had been answered right: what is a multiple of that, too, is no explanation."""
    answer = Execution(id=sight.execution.id, status=Status.OK, observation=sight.expectation.actual)
    return replace(sight, execution=answer, differences=())


def _as_multiple(sights: Sequence[Sight], executions: Sequence[Execution]) -> str | None:
    by_case = {execution.id.partition("/")[2]: execution for execution in executions}
    seen = []
    for sight in sights:
        theirs = by_case.get(sight.case.name)
        if theirs is None or theirs.observation is None or theirs.status is not Status.OK:
            return None
        same = msgspec.structs.replace(sight.expectation, actual=theirs.observation, oracle=theirs.observation)
        seen.append(replace(sight, expectation=same, differences=()))
    return multiple(tuple(seen))


def _two(sights: Sequence[Sight], observe: Observe) -> Slip | None:
    early = observe(PAIRS)
    suspected = misconceptions.alike(_there(sights, early), early) if early.executions else []
    return told([Slip.of(name) for name in _confirmed(sights, suspected, observe)]) if suspected else None


def _tells(sights: Sequence[Sight]) -> bool:
    """Tell whether a number differs: where all that is seen is a yes for a no, much that is unlike looks alike."""
    return any(one.error is not None and not _is_flag(one) for sight in sights for one in sight.differences)


def _is_flag(one: Difference) -> bool:
    return one.total == 1 and {one.got_value, one.expected_value} == {0.0, 1.0}


def first(expected: Expected, exercise: Exercise, reference: Path, bench: Bench) -> Misconceptions:
    """Run every slip of a reference on the exercise's first cases; those that cannot work are left out."""
    tried = slips(exercise, reference.read_text(encoding="utf-8"))
    return _working(_observed(tried, _first(exercise), expected, exercise, bench))


def paired(
    early: Misconceptions, expected: Expected, exercise: Exercise, reference: Path, bench: Bench
) -> Misconceptions:
    """Run pairs of slips on the exercise's first case: of those that give numbers of their own, the commonest."""
    tried = pairs(exercise, reference.read_text(encoding="utf-8"), distinct(early, expected.expectations))
    return _working(_observed(tried, _first(exercise)[:1], expected, exercise, bench))


def chosen(
    names: tuple[str, ...], expected: Expected, exercise: Exercise, reference: Path, bench: Bench
) -> Misconceptions:
    """Run the slips of some names on every case."""
    wanted = again(exercise, reference.read_text(encoding="utf-8"), [Slip.of(name) for name in names])
    return _observed(wanted, exercise.cases, expected, exercise, bench)


def distinct(early: Misconceptions, expected: Sequence[Expectation]) -> list[int]:
    """Return the numbers of slips that give numbers of their own, one for each behaviour; common kinds come first.

    Kinds take turns, so that a long formula's left out terms do not crowd out the rest. A few guards that show nothing
    by themselves come last: they may where something else is wrong. What spans named steps is in no pair.
    """
    right = {each.id: _gist(each.actual) for each in expected}
    seen: dict[tuple[bytes, ...], Slip] = {}
    quiet: list[Slip] = []
    for name, executions in early.executions:
        slip, gist = Slip.of(name), tuple(_gist(each.observation) for each in executions)
        if all(gist[at] == right.get(each.id.partition("/")[2]) for at, each in enumerate(executions)):
            quiet += [slip] if slip.rule == "slip.guard" else []
        elif slip.order not in ALONE and not slip.spans and all(each.status is Status.OK for each in executions):
            seen.setdefault(gist, slip)
    turns: dict[int, list[Slip]] = {}
    for slip in seen.values():
        turns.setdefault(slip.order, []).append(slip)
    ranked = [
        (place + RARE * (order not in COMMON), order, slip.number)
        for order, group in turns.items()
        for place, slip in enumerate(group)
    ]
    return [*(number for *_, number in sorted(ranked)[:PAIRED]), *(slip.number for slip in quiet[:QUIET])]


def _gist(seen: Observation | None) -> bytes:
    """Return an observation's numbers to five digits: by more, two ways to the same result differ."""
    if seen is None or seen.raised is not None:
        return b""
    arrays = [array for node in seen.values for array in arrays_of(node)]
    arrays += [each.array for group in seen.gradients for each in group if each.array is not None]
    return b"|".join(_rounded(to_numpy(array)) for array in arrays)


def _rounded(array: np.ndarray) -> bytes:
    values = np.asarray(array, dtype=np.float64)
    size = float(np.max(np.abs(values[np.isfinite(values)]), initial=0.0)) or 1.0
    return f"{size:.4g}".encode() + np.round(values / size, 4).tobytes()


def _first(exercise: Exercise) -> list[Case]:
    return ([case for case in exercise.cases if not case.companion] or [*exercise.cases])[:FIRST]


def _working(found: Misconceptions) -> Misconceptions:
    working = [each for each in found.executions if any(one.status is Status.OK for one in each[1])]
    return Misconceptions(executions=tuple(working))


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
        together=TOGETHER,
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
