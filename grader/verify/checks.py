"""What must hold for the exercise itself: its reference, its starter, its misconceptions."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from grader import grade, misconceptions, starters
from grader.expected import equals_in
from grader.model import (
    Cell,
    Execution,
    Facts,
    Misconceptions,
    Outcome,
    Report,
    Result,
    Status,
    Submission,
    Verdict,
)
from grader.report import json as json_report
from grader.sandbox.bench import Bench
from grader.sight import Sight
from grader.verify import trial
from grader.verify.result import CheckName, Part, Problem
from grader.verify.trial import Prepared, Trial

AGREED = {Status.OK, Status.RAISED}


def reference(seeds: Sequence[Prepared], source: str, bench: Bench) -> Part:
    """The reference passes its own cases on every seed, in each case's dtype, and once as a submission."""
    problems: list[Problem] = []
    good = 0
    for one in seeds:
        executions = {
            f"reference/{each.id}": Execution(id=each.id, status=Status.OK, observation=each.actual)
            for each in one.task.expected.expectations
        }
        trials = [Trial(trial.unruled(one), one.task.exercise.id, "reference")]
        (sights,) = trial.judged(trials, executions, Facts(), bench)
        if trial.failed(sights):
            problems.append(Problem(where=f"seed {one.seed}", text=trial.told(sights)))
        else:
            good += 1
    result = _graded(_submission("reference.py", source), seeds[0], bench).results[0]
    if result.outcome is not Outcome.PASSED:
        problems.append(Problem(where="as a submission", text=_first(result)))
        good = min(good, len(seeds) - 1)
    name = seeds[0].task.exercise.id
    return Part(
        exercise=name,
        check=CheckName.REFERENCE,
        good=good,
        count=len(seeds),
        problems=tuple(problems),
        dropped=_dropped(seeds),
    )


def _dropped(seeds: Sequence[Prepared]) -> tuple[Problem, ...]:
    """Return the standard cases that are not asked, since the reference itself does not pass them."""
    why: dict[str, list[str]] = {}
    for one in seeds:
        companions = {case.name for case in one.task.exercise.cases if case.companion}
        for each in one.task.expected.expectations:
            if each.id in companions and each.status is not Status.OK:
                raised = each.actual.raised
                said = f"the reference raises {raised.type}: {raised.message}" if raised else each.detail
                why.setdefault(each.id, []).append(said or str(each.status))
    return tuple(
        Problem(where=name, text=f"on {len(said)} of {len(seeds)} seeds: {said[0]}") for name, said in why.items()
    )


def starter(one: Prepared, bench: Bench) -> Part:
    """The bare starter is "not attempted" and scores 0."""
    exercise = one.task.exercise
    result = _graded(_submission(f"{exercise.id}.py", starters.module_source(exercise)), one, bench).results[0]
    well = result.outcome is Outcome.NOT_ATTEMPTED and result.points == 0
    text = f"{result.outcome} with {result.points:g} points, where not_attempted with 0 is due"
    problems = () if well else (Problem(where="the starter", text=text),)
    return Part(exercise=exercise.id, check=CheckName.STARTER, good=int(well), count=1, problems=problems)


def repeatable(one: Prepared, again: Prepared, submission: Submission | None, source: str, bench: Bench) -> Part:
    """Two runs give equal bytes, though the reference was observed anew."""
    what = submission or _submission("reference.py", source)
    first, second = (json_report.render(_graded(what, each, bench)) for each in (one, again))
    well = first == second
    text = "two runs give different reports"
    problems = () if well else (Problem(where=what.name, text=f"{text}{_parting(first, second)}"),)
    return Part(exercise=one.task.exercise.id, check=CheckName.REPEATABLE, good=int(well), count=1, problems=problems)


def _parting(first: str, second: str) -> str:
    at = next((i for i, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second)))
    return f": {first[max(at - 60, 0) : at + 40]!r} and {second[max(at - 60, 0) : at + 40]!r}"


def known_mistakes(one: Prepared, source: str, bench: Bench) -> Part:
    """Every misconception fails, and coincides with no other that it is not declared equal to."""
    known = one.task.misconceptions()
    declared = equals_in(source)
    plain = trial.unruled(one)
    problems: list[Problem] = []
    for name, executions in known.executions:
        (sights,) = trial.judged([Trial(plain, name, name)], {each.id: each for each in executions}, Facts(), bench)
        twins = [
            other
            for other, theirs in known.executions
            if name not in {other, declared.get(other)}
            and declared.get(name) != other
            and misconceptions.coincides(sights, theirs)
        ]
        text = _complaint(sights, twins, misconceptions.matching(sights, _alone(name, executions)) == name)
        problems += [Problem(where=name, text=text)] if text else []
    count = len(known.executions)
    exercise = one.task.exercise.id
    if not count:
        problems.append(Problem(where="the reference", text="it has no misconception; write at least four"))
    return Part(
        exercise=exercise,
        check=CheckName.MISCONCEPTIONS,
        good=count - len(problems) if count else 0,
        count=max(count, 1),
        problems=tuple(problems),
    )


def _alone(name: str, executions: tuple[Execution, ...]) -> Misconceptions:
    return Misconceptions(executions=((name, executions),))


def _complaint(sights: tuple[Sight, ...], twins: list[str], recognised: bool) -> str:
    """Return what is wrong with a misconception, "" if nothing is."""
    if not trial.failed(sights):
        return "this misconception passes every case"
    if twins:
        cure = f'tell them apart by a case, or declare @misconception(equal_to="{twins[0]}")'
        return f"it behaves like {', '.join(twins)} on every case: {cure}"
    return "" if recognised else "it is not recognised as itself: it does not give the same twice, or did not come back"


def _graded(submission: Submission, one: Prepared, bench: Bench) -> Report:
    return grade.grade(submission, (one.task,), one.seed, bench)


def _submission(name: str, source: str) -> Submission:
    digest = hashlib.sha256(source.encode()).hexdigest()
    return Submission(name=name, notebook=False, cells=(Cell(index=0, source=source, where=name),), digest=digest)


def _first(result: Result) -> str:
    verdict: Verdict | None = next((each for each in result.verdicts if each.outcome is not Outcome.PASSED), None)
    if verdict is None:
        return str(result.outcome)
    raised = verdict.evidence.raised
    said = f", {raised.type}: {raised.message[:120]}" if raised else ""
    slots = ", ".join(f"{each.slot} ({each.aspect})" for each in verdict.evidence.differences[:3])
    return f"{verdict.case}: {verdict.outcome}{said}{f', {slots}' if slots else ''}"
