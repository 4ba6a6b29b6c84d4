"""Are the cases strong? Mutants of the reference are run as submissions, many of them in one job."""

from __future__ import annotations

import msgspec

from grader.calls import TOGETHER, Plan, reference_calls
from grader.expected import harness_of
from grader.model import Case, Cell, Execution, Facts, Job, Observation, Raised
from grader.mutants.answer import answer_of
from grader.mutants.factory import factory, name_of
from grader.mutants.mutate import Mutant, mutants
from grader.sandbox.bench import Bench
from grader.sight import Sight
from grader.verify import trial
from grader.verify.equal import equal
from grader.verify.result import Fate, MutantFate
from grader.verify.trial import Prepared, Trial

CALL_S = 2.0
"""A mutant that takes longer is as good as dead: the reference needs milliseconds."""
BATCH = 25
"""Mutants in one job."""
MISFITS = {"AttributeError", "TypeError", "NameError", "IndexError", "RuntimeError", "ValueError", "UnboundLocalError"}
"""What torch and Python say to code that cannot work at all."""


def mutants_of(one: Prepared, source: str) -> tuple[Mutant, ...]:
    """Return the mutants of a reference."""
    return mutants(answer_of(one.task.exercise, source))


def fates(batch: tuple[Mutant, ...], seeds: tuple[Prepared, ...], bench: Bench) -> tuple[MutantFate, ...]:
    """Return what becomes of each mutant on the first seed, and of those that survive it, on the others."""
    entry = seeds[0].task.exercise.id
    plain = tuple(trial.unruled(one) for one in seeds)
    cells = tuple(Cell(index=i, source=factory(each.source, entry, i), where="mutant") for i, each in enumerate(batch))
    first = _killers(list(range(len(batch))), plain[0], cells, bench)
    found = {index: _fate(batch[index], sights) for index, sights in first.items()}
    for later in plain[1:]:
        left = [index for index, fate in found.items() if fate.fate is Fate.SURVIVED]
        if left:
            for index, sights in _killers(left, later, cells, bench).items():
                killers = trial.failed(sights)
                if killers:
                    found[index] = msgspec.structs.replace(found[index], fate=Fate.KILLED_LATE, killers=killers)
    left = [index for index, fate in found.items() if fate.fate is Fate.SURVIVED]
    for index in _equivalent(left, plain, cells, bench) if left else ():
        found[index] = msgspec.structs.replace(found[index], fate=Fate.EQUIVALENT)
    return tuple(found[index] for index in range(len(batch)))


def _killers(indices: list[int], one: Prepared, cells: tuple[Cell, ...], bench: Bench) -> dict[int, tuple[Sight, ...]]:
    entry = one.task.exercise.id
    trials = [Trial(one, name_of(entry, index), str(index)) for index in indices]
    seen = trial.run(tuple(cells[index] for index in indices), trials, bench, CALL_S)
    executions = {execution.id: execution for execution in seen.executions}
    return dict(zip(indices, trial.judged(trials, executions, Facts(), bench), strict=True))


def _fate(mutant: Mutant, sights: tuple[Sight, ...]) -> MutantFate:
    killers = trial.failed(sights)
    fate = Fate.KILLED if killers else Fate.SURVIVED
    if killers and all(_cannot_work(sight) for sight in sights):
        fate = Fate.STILLBORN
    return MutantFate(kind=mutant.kind, diff=mutant.diff, fate=fate, killers=killers)


def _cannot_work(sight: Sight) -> bool:
    """Tell whether a call came to nothing, or was never meant to come to anything."""
    raised: Raised | None = sight.observed.raised
    expected = sight.expectation.actual.raised
    return sight.observed.missing or (raised is not None and (raised.type in MISFITS or expected is not None))


def _equivalent(indices: list[int], seeds: tuple[Prepared, ...], cells: tuple[Cell, ...], bench: Bench) -> list[int]:
    """Return the survivors that equal the reference on every case and seed, in the case's dtype and in float64.

    What is never asked in float64 need not agree there.
    """
    left = list(indices)
    for one in seeds:
        executions = _both(left, one, cells, bench) if left else {}
        left = [index for index in left if all(_agrees(index, case, one, executions) for case, _ in one.task.calls)]
    return left


def _both(indices: list[int], one: Prepared, cells: tuple[Cell, ...], bench: Bench) -> dict[str, Execution]:
    """Return each mutant's calls in the cases' dtypes, "3/case", and in float64, "3/case|0"."""
    task = one.task
    plan = Plan.of(task.exercise, task.expected)
    pairs = [call for case, _ in task.calls for call in reference_calls(plan, case)[:2]]
    calls = [
        msgspec.structs.replace(call, id=f"{index}/{call.id}", entry=name_of(task.exercise.id, index), timeout_s=CALL_S)
        for index in indices
        for call in pairs
    ]
    job = Job(
        mode="module",
        cells=tuple(cells[index] for index in indices),
        calls=tuple(calls),
        harness=harness_of(task.exercise),
        limits=task.exercise.limits,
        together=TOGETHER,
    )
    return {execution.id: execution for execution in bench.run(job).executions}


def _agrees(index: int, case: Case, one: Prepared, executions: dict[str, Execution]) -> bool:
    expectation = next(each for each in one.task.expected.expectations if each.id == case.name)
    found = [executions[name].observation for name in (f"{index}/{case.name}", f"{index}/{case.name}|0")]
    actual, wide = [each or Observation(missing=True) for each in found]
    asked = any(other.dtype == "float64" for other in one.task.exercise.cases)
    return equal(actual, wide if asked else None, case, expectation)
