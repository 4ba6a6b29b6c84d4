"""Observing the reference: once per exercise and seed, through the same worker as any submission."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec

from grader import draw
from grader.calls import IN_DTYPE, JITTERS, NARROW, TOGETHER, Plan, reference_calls, student_call
from grader.errors import Mistake
from grader.findings import variants
from grader.model import (
    Call,
    Cell,
    Execution,
    Exercise,
    Expectation,
    Expected,
    Form,
    Job,
    Misconceptions,
    Observation,
    Run,
    Status,
)
from grader.sandbox.bench import Bench
from grader.spread import spread_of

GENERATOR = "random generator"
"""How the names of global random generators end among what a call changed."""


def observe_references(
    exercise: Exercise, reference: Path, seeds: tuple[int, ...], bench: Bench
) -> tuple[Expected, ...]:
    """Run the reference on every case of some seeds, in one worker.

    Raises `Mistake` if it fails where a student could be compared with it.
    """
    cells = cells_of(reference)
    plans = [Plan(exercise, seed, exercise.id) for seed in seeds]
    if exercise.form is Form.MODULE:
        plans = [_with_state(plan, cells, bench) for plan in plans]
    calls = [
        msgspec.structs.replace(call, id=f"{plan.seed}|{call.id}")
        for plan in plans
        for case in exercise.cases
        for call in reference_calls(plan, case)
    ]
    limits = msgspec.structs.replace(exercise.limits, submission_s=len(seeds) * exercise.limits.submission_s)
    run = bench.run(msgspec.structs.replace(job_of(exercise, cells, tuple(calls)), limits=limits))
    _check_loaded(run, reference)
    executions = {execution.id: execution for execution in run.executions}
    return tuple(_expected(plan, executions) for plan in plans)


def _expected(plan: Plan, executions: dict[str, Execution]) -> Expected:
    prefix = f"{plan.seed}|"
    own = {name.removeprefix(prefix): each for name, each in executions.items() if name.startswith(prefix)}
    return Expected(
        exercise=plan.exercise.id,
        seed=plan.seed,
        state=plan.state,
        state_buffers=plan.state_buffers,
        expectations=_drawing(tuple(_expectation(case.name, own) for case in plan.exercise.cases)),
    )


def _drawing(expectations: tuple[Expectation, ...]) -> tuple[Expectation, ...]:
    """Let an answer draw in every case from the global generators that the reference draws from in one.

    `torch.bernoulli` draws for a probability of 0 too, where another solution returns at once.
    """
    drawn = {name for one in expectations for name in one.actual.claims.state_changed if name.endswith(GENERATOR)}
    if not drawn:
        return expectations
    return tuple(msgspec.structs.replace(one, actual=_allowed(one.actual, drawn)) for one in expectations)


def _allowed(actual: Observation, drawn: set[str]) -> Observation:
    changed = tuple(sorted({*actual.claims.state_changed, *drawn}))
    return msgspec.structs.replace(actual, claims=msgspec.structs.replace(actual.claims, state_changed=changed))


def cells_of(reference: Path) -> tuple[Cell, ...]:
    """Return a reference's source as it is loaded."""
    return (Cell(index=0, source=reference.read_text(encoding="utf-8"), where=reference.name),)


def job_of(exercise: Exercise, cells: tuple[Cell, ...], calls: tuple[Call, ...]) -> Job:
    """Return the job that makes calls of an author's own code, many at once."""
    return Job(
        mode="module",
        cells=cells,
        calls=calls,
        harness=harness_of(exercise),
        limits=exercise.limits,
        together=TOGETHER,
    )


def harness_of(exercise: Exercise) -> tuple[tuple[str, str], ...]:
    """Return the exercise file's source where a scenario needs it."""
    return ((exercise.id, exercise.source),) if any(case.scenario for case in exercise.cases) else ()


def _with_state(plan: Plan, cells: tuple[Cell, ...], bench: Bench) -> Plan:
    """Return a plan with a state for modules, made from the one that the reference's has when it is constructed."""
    run = bench.run(job_of(plan.exercise, cells, (student_call(plan, plan.exercise.cases[0]),)))
    observation = run.executions[0].observation
    if observation is None:
        return plan
    buffers = {name for name, _ in observation.buffers}
    state = tuple(draw.state(observation.state, buffers, (plan.seed, plan.exercise.id)))
    return replace(plan, state=state, state_buffers=tuple(name for name, _ in state if name in buffers))


def _check_loaded(run: Run, reference: Path) -> None:
    for cell in run.cells:
        if cell.status is not Status.OK:
            said = f"{cell.raised.type}: {cell.raised.message}" if cell.raised else cell.status
            raise Mistake(f"the reference {reference.name} does not load: {said}", "Run it as a script and mend it.")
    for execution in run.executions:
        if execution.status is Status.BROKEN:
            raise Mistake(f"the sandbox failed: {execution.detail}", "Run `grade doctor`.")
        if execution.observation is not None and execution.observation.missing:
            raise Mistake(
                f"the reference {reference.name} does not define {reference.stem}",
                "Define the answer under the exercise's name.",
            )


def _expectation(name: str, executions: dict[str, Execution]) -> Expectation:
    runs = [
        executions[name],
        *(executions[f"{name}|{jitter}"] for jitter in range(JITTERS + 1)),
        *(executions[f"{name}|{jitter}{IN_DTYPE}"] for jitter in range(1, NARROW + 1)),
    ]
    failed = next((each for each in runs if each.observation is None), None)
    if failed is not None:
        status = Status.BROKEN if failed.status is Status.OK else failed.status
        return Expectation(id=name, status=status, detail=failed.detail)
    first, wide, *others = [each.observation for each in runs if each.observation is not None]
    moved, narrow = others[:JITTERS], others[JITTERS:]
    return Expectation(
        id=name,
        status=runs[0].status,
        actual=first,
        oracle=wide,
        spread=spread_of(wide, moved),
        own_errors=tuple(
            spread_of(exact, [rounded]) for exact, rounded in zip((wide, *moved), (first, *narrow), strict=False)
        ),
    )


def misconceptions_in(source: str) -> dict[str, str]:
    """Return name -> docstring of every definition marked `@misconception` in a reference's source."""
    return {node.name: ast.get_docstring(node) or "" for node, _ in _misconceptions(source)}


def equals_in(source: str) -> dict[str, str]:
    """Return name -> the misconception that it is declared equal to, by `@misconception(equal_to="other")`."""
    found = {}
    for node, mark in _misconceptions(source):
        given = {keyword.arg: keyword.value for keyword in mark.keywords} if isinstance(mark, ast.Call) else {}
        other = given.get("equal_to")
        if isinstance(other, ast.Constant) and isinstance(other.value, str):
            found[node.name] = other.value
    return found


def _misconceptions(source: str) -> Iterator[tuple[ast.FunctionDef | ast.ClassDef, ast.expr]]:
    """Yield each definition with its mark, which may be bare or have arguments."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            for mark in node.decorator_list:
                name = mark.func if isinstance(mark, ast.Call) else mark
                if isinstance(name, ast.Name) and name.id == "misconception":
                    yield node, mark


def observe_variants(expected: Expected, exercise: Exercise, reference: Path, bench: Bench) -> Misconceptions:
    """Run the reference on changed inputs (softmaxed, rolled, swapped, ...): whoever coincides has made that slip."""
    plan = Plan.of(exercise, expected)
    calls = [one for case in exercise.cases for one in variants.calls(exercise, case, student_call(plan, case))]
    cells = cells_of(reference)
    found: dict[str, list[Execution]] = {}
    for one in bench.run(job_of(exercise, cells, tuple(calls))).executions if calls else ():
        found.setdefault(one.id.partition("/")[0], []).append(one)
    return Misconceptions(executions=tuple((name, tuple(each)) for name, each in found.items()))


def observe_misconceptions(expected: Expected, exercise: Exercise, reference: Path, bench: Bench) -> Misconceptions:
    """Run every misconception of a reference on the same cases as a student; one worker runs them all."""
    source = reference.read_text(encoding="utf-8")
    names = list(misconceptions_in(source))
    calls = [
        msgspec.structs.replace(call, id=f"{name}/{call.id}")
        for name in names
        for case in exercise.cases
        for call in [student_call(Plan.of(exercise, expected, name), case)]
    ]
    cells = (Cell(index=0, source=source, where=reference.name),)
    run = bench.run(job_of(exercise, cells, tuple(calls)))
    each = len(exercise.cases)
    found = [(name, run.executions[index * each : (index + 1) * each]) for index, name in enumerate(names)]
    return Misconceptions(executions=tuple(found))
