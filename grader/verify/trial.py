"""Trying many entries, or one entry on many seeds, in one job; each is judged as a submission is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from grader import judge, rules
from grader.calls import TOGETHER
from grader.expected import harness_of
from grader.grade import Task, ask_predicates, compared
from grader.model import Call, Case, Cell, Execution, Facts, Job, Outcome, Run, Status
from grader.sandbox.bench import Bench
from grader.sight import Sight


@dataclass(frozen=True)
class Prepared:
    """A task on one seed, and how long it took to observe its reference."""

    task: Task
    busy_s: float = 0.0

    @property
    def seed(self) -> int:
        """The seed that its inputs are drawn from."""
        return self.task.expected.seed


@dataclass(frozen=True)
class Trial:
    """An entry to be tried on a prepared task; `key` tells its calls from those of other trials in the same job."""

    prepared: Prepared
    entry: str
    key: str

    def call_of(self, case: Case, call: Call) -> Call:
        """Return a task's call with this trial's entry and an id of its own."""
        return msgspec.structs.replace(call, id=f"{self.key}/{case.name}", entry=self.entry)


def unruled(one: Prepared) -> Prepared:
    """Return a task that requires nothing of the source, for what has no source of its own."""
    exercise = msgspec.structs.replace(one.task.exercise, require=())
    return replace(one, task=replace(one.task, exercise=exercise))


def run(cells: tuple[Cell, ...], trials: Sequence[Trial], bench: Bench, timeout_s: float | None = None) -> Run:
    """Make all calls of all trials in one job."""
    exercise = trials[0].prepared.task.exercise
    job = Job(
        mode="module",
        cells=cells,
        calls=tuple(call for trial in trials for call in _calls(trial, timeout_s)),
        harness=harness_of(exercise),
        stubs=tuple((name, exercise.starter) for name in (exercise.id, *exercise.outputs)),
        limits=exercise.limits,
        together=TOGETHER,
    )
    return bench.run(job)


def _calls(trial: Trial, timeout_s: float | None) -> list[Call]:
    own = [trial.call_of(case, call) for case, call in trial.prepared.task.calls]
    return [msgspec.structs.replace(call, timeout_s=timeout_s) if timeout_s else call for call in own]


def judged(
    trials: Sequence[Trial], executions: dict[str, Execution], facts: Facts, bench: Bench
) -> list[tuple[Sight, ...]]:
    """Return the judged cases of each trial; `executions` are found by call id."""
    groups = [_sights(trial, executions, facts) for trial in trials]
    complaints = ask_predicates([sight for group in groups for sight in group], bench)
    return [_with_costs([compared(sight, complaints) for sight in group]) for group in groups]


def _sights(trial: Trial, executions: dict[str, Execution], facts: Facts) -> list[Sight]:
    task = trial.prepared.task
    mentions = rules.in_source(task.exercise, rules.Source.of(facts))
    sights = []
    for case, call, expectation in task.asked:
        own = trial.call_of(case, call)
        execution = executions.get(own.id) or Execution(id=own.id, status=Status.BROKEN, detail="it was not run")
        sights.append(Sight(task.exercise, case, own, expectation, execution, facts, mentions=mentions))
    return sights


def _with_costs(sights: list[Sight]) -> tuple[Sight, ...]:
    extra = judge.costs(sights)
    return tuple(replace(each, differences=(*each.differences, *extra.get(each.case.name, ()))) for each in sights)


def failed(sights: Sequence[Sight]) -> tuple[str, ...]:
    """Return the names of the cases that were not passed."""
    return tuple(sight.case.name for sight in sights if judge.outcome(sight) is not Outcome.PASSED)


def told(sights: Sequence[Sight]) -> str:
    """Return the first failing case and its first difference in a line."""
    for sight in sights:
        outcome = judge.outcome(sight)
        if outcome is not Outcome.PASSED:
            return f"{sight.case.name}: {outcome}{_detail(sight)}"
    return "passed"


def _detail(sight: Sight) -> str:
    raised = sight.observed.raised
    if raised is not None:
        return f", {raised.type}: {raised.message[:120]}"
    if not sight.differences:
        return f", {sight.execution.detail}" if sight.execution.detail else ""
    first = sight.differences[0]
    if first.got_value is not None:
        place = f"{first.slot}{list(first.index)}" if first.index else first.slot
        return f", {place} is {first.got_value}, expected {first.expected_value}; {first.allowed} is allowed"
    return f", {first.slot}: {first.aspect} {first.got}, expected {first.expected}"
