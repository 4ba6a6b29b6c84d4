"""Where do a submission's numbers leave the reference's? Both are run once more, every step written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from grader.calls import Plan, student_call
from grader.expected import cells_of, harness_of, job_of
from grader.findings.variants import is_ordinary
from grader.model import Aspect, Case, Exercise, Expected, Job, Misconceptions, Submission, Trace
from grader.sandbox.bench import Bench
from grader.sight import Sight
from grader.trace.parting import Parting, parting

MOST = 4
"""So many failing cases are looked at."""
CALL_S = 2.0


def parted(
    sights: Sequence[Sight], submission: Submission, observe: Callable[[], Misconceptions], bench: Bench
) -> Parting | None:
    """Return where a submission's numbers leave the reference's, None where nothing is seen.

    `sights` are the judged cases of one exercise; `observe` gives the reference's steps in each case. What is wrong in a
    case lies at the first step that differs, or after it: so the latest of the cases' first steps is told.
    """
    failing = telling(sights)
    right = _by_case(observe()) if failing else {}
    mine = _submitted(failing, submission, bench) if right else {}
    found = latest(mine, right)
    return None if found is None else replace(found, code=_code(found, submission))


def latest(mine: Mapping[str, Trace], right: Mapping[str, Trace]) -> Parting | None:
    """Return the latest of the first steps at which a submission leaves the reference, each by case."""
    found = [parting(trace, right[name]) for name, trace in mine.items() if name in right]
    return max((each for each in found if each is not None), key=lambda each: each.index, default=None)


def _code(found: Parting, submission: Submission) -> str:
    lines = next((cell.source.splitlines() for cell in submission.cells if cell.index == found.cell), [])
    return lines[found.line - 1].strip() if 0 < found.line <= len(lines) else ""


def telling(sights: Sequence[Sight]) -> list[Sight]:
    """Return failing cases that a student may see: the ordinary ones if there are any, an author's own first.

    Where an axis has one entry, much is equal that is not the same.
    """
    wrong = [
        sight
        for sight in sights
        if _can_tell(sight.case)
        and any(each.aspect is Aspect.VALUE and each.error is not None for each in sight.differences)
    ]
    large = [sight for sight in wrong if all(size > 1 for _, size in sight.case.sizes)]
    ordinary = [sight for sight in large if is_ordinary(sight.case)]
    return sorted(ordinary or wrong, key=lambda sight: sight.case.companion)[:MOST]


def _can_tell(case: Case) -> bool:
    return not case.hidden and case.dtype == "float32"


def observe_reference(expected: Expected, exercise: Exercise, reference: Path, bench: Bench) -> Misconceptions:
    """Return the steps of the reference in every case, as what is observed of its one "misconception"."""
    plan = Plan.of(exercise, expected)
    calls = tuple(
        msgspec.structs.replace(student_call(plan, case), counted=False, traced=True)
        for case in exercise.cases
        if _can_tell(case)
    )
    run = bench.run(job_of(exercise, cells_of(reference), calls))
    return Misconceptions(executions=(("reference", run.executions),))


def _submitted(sights: Sequence[Sight], submission: Submission, bench: Bench) -> dict[str, Trace]:
    """Return a submission's steps by case; of a notebook only what it defines runs."""
    exercise = sights[0].exercise
    calls = tuple(
        msgspec.structs.replace(sight.call, id=sight.case.name, counted=False, traced=True, timeout_s=CALL_S)
        for sight in sights
    )
    job = Job(
        mode="definitions" if submission.notebook else "module",
        cells=submission.cells,
        calls=calls,
        harness=harness_of(exercise),
        limits=exercise.limits,
    )
    return _by_case(Misconceptions(executions=(("", bench.run(job).executions),)))


def _by_case(found: Misconceptions) -> dict[str, Trace]:
    every = [each for _, executions in found.executions for each in executions]
    return {each.id: each.observation.trace for each in every if each.observation and each.observation.trace}
