"""The pipeline, from a submission to its report. Read this file to know the program."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

import msgspec

from grader import __version__, findings, footprint, judge, misconceptions, rules, suspects, traced
from grader.expected import harness_of
from grader.findings.lead import is_only_a_place, is_unexplained, leading
from grader.flawless import is_flawless
from grader.model import (
    Aspect,
    CellNote,
    Check,
    Checked,
    Evidence,
    Excerpt,
    Execution,
    Exercise,
    Finding,
    Footprint,
    Form,
    Job,
    Limits,
    Mapping,
    Node,
    Nothing,
    Observation,
    Outcome,
    Raised,
    Report,
    Result,
    RuleText,
    Run,
    Status,
    Submission,
    Text,
    Verdict,
)
from grader.prepare import prepare, prepare_all
from grader.printed import PRINTED
from grader.sandbox.bench import Bench
from grader.sight import Sight
from grader.submission import around
from grader.task import Task

__all__ = ["Task", "ask_predicates", "compared", "grade", "prepare", "prepare_all"]

WORST_FIRST = (
    Outcome.UNGRADED,
    Outcome.REFUSED,
    Outcome.CRASHED,
    Outcome.OUT_OF_MEMORY,
    Outcome.TIMED_OUT,
    Outcome.RAISED,
    Outcome.WRONG,
)


def grade(
    submission: Submission, tasks: tuple[Task, ...], seed: int, bench: Bench, *, show_hidden: bool = False
) -> Report:
    """Run a submission and return its report. Every exercise gets a result, whatever the submission does.

    Of hidden cases the report has no more than a student may read, unless `show_hidden`.
    """
    run = bench.run(_job(submission, tasks))
    executions = {execution.id: execution for execution in run.executions}
    source = rules.Source.of(run.facts)
    sights = [_sights(task, executions, run, source) for task in tasks]
    complaints = ask_predicates([sight for group in sights for sight in group], bench)
    results = tuple(
        _result(
            task, _verdicts(task, group, complaints, submission, run, bench), submission, run, show_hidden=show_hidden
        )
        for task, group in zip(tasks, sights, strict=True)
    )
    return Report(
        submission=submission.name,
        digest=submission.digest,
        lesson=tasks[0].exercise.lesson if tasks else "",
        results=results,
        points=_total(result.points for result in results),
        max_points=_total(result.max_points for result in results),
        cells=_cell_notes(submission, run),
        texts=_texts(results, tasks),
        versions=(("grader", __version__), ("torch", run.torch_version)),
        seed=seed,
        layers=run.layers,
    )


def _total(points: Iterable[float]) -> float:
    return round(sum(points), 6)


def _job(submission: Submission, tasks: tuple[Task, ...]) -> Job:
    exercises = [task.exercise for task in tasks]
    definitions = any(exercise.notebook == "definitions" for exercise in exercises)
    mode = "definitions" if definitions else "notebook" if submission.notebook else "module"
    return Job(
        mode=mode,
        cells=submission.cells,
        calls=tuple(call for task in tasks for _, call in task.calls),
        harness=tuple(pair for exercise in exercises for pair in harness_of(exercise)),
        stubs=tuple((name, exercise.starter) for exercise in exercises for name in (exercise.id, *exercise.outputs)),
        limits=_limits(exercises),
    )


def _limits(exercises: list[Exercise]) -> Limits:
    """Return limits that allow each exercise what its author allows it."""
    every = [exercise.limits for exercise in exercises] or [Limits()]
    return Limits(**{field: max(getattr(limits, field) for limits in every) for field in Limits.__struct_fields__})


def _sights(task: Task, executions: dict[str, Execution], run: Run, source: rules.Source) -> list[Sight]:
    """Return what is to be judged of an exercise, case by case; nothing if all of it is plainly right."""
    mentions = rules.in_source(task.exercise, source)
    seen = [
        executions.get(call.id) or Execution(id=call.id, status=Status.BROKEN, detail="it was not run")
        for _, call in task.calls
    ]
    if is_flawless(task, seen, run.facts, mentions):
        return []
    return [
        Sight(task.exercise, *asked, execution, run.facts, mentions=mentions, summary=summary)
        for asked, execution, summary in zip(task.asked, seen, task.summaries, strict=True)
    ]


def ask_predicates(sights: list[Sight], bench: Bench) -> dict[tuple[str, str], str]:
    """Return each predicate's complaint by (call id, slot); predicates are asked where nobody's code has run."""
    asked: list[tuple[tuple[str, str], Check]] = []
    for sight in sights:
        if sight.observed.values or sight.observed.printed:
            for slot, predicate in sight.case.checks:
                check = Check(harness=sight.exercise.source, predicate=predicate, node=_slot(sight, slot))
                asked.append(((sight.call.id, slot), check))
    answers = bench.check([check for _, check in asked]) if asked else ()
    return {key: _complaint(answer) for (key, _), answer in zip(asked, answers, strict=True)}


def _complaint(answer: Checked) -> str:
    if answer.raised is None:
        return answer.complaint
    return f"the check could not read this value ({answer.raised.type})"


def _slot(sight: Sight, slot: str) -> Node:
    """Return what was observed at "printed", "output", or "output.name"."""
    if slot == PRINTED:
        return Text(text=sight.observed.printed)
    if not sight.observed.values:
        return Nothing()
    node = sight.observed.values[0]
    name = slot.removeprefix("output").removeprefix(".")
    return dict(node.items).get(name, Nothing()) if name and isinstance(node, Mapping) else node


@dataclass(frozen=True)
class _Judged:
    """An exercise's verdicts, and the footprint by which others with the same mistake are found."""

    verdicts: tuple[Verdict, ...]
    footprint: Footprint | None


def _result(task: Task, judged: _Judged, submission: Submission, run: Run, *, show_hidden: bool) -> Result:
    exercise = task.exercise
    veiled = set[str]() if show_hidden else {case.name for case in exercise.cases if case.hidden}
    verdicts = [judge.veiled(verdict) if verdict.case in veiled else verdict for verdict in judged.verdicts]
    return Result(
        exercise=exercise.id,
        title=exercise.title,
        outcome=_outcome(verdicts),
        points=_total(verdict.points for verdict in verdicts),
        max_points=exercise.points,
        verdicts=tuple(verdicts),
        lead=_lead(verdicts),
        excerpt=_excerpt(exercise, submission, run, verdicts),
        statement=exercise.statement,
        hints=exercise.hints,
        footprint=judged.footprint,
    )


def _verdicts(
    task: Task,
    sights: list[Sight],
    complaints: dict[tuple[str, str], str],
    submission: Submission,
    run: Run,
    bench: Bench,
) -> _Judged:
    if not sights:
        return _Judged(task.passed, None)
    exercise = task.exercise
    came = any(sight.observed.values for sight in sights)
    begun = judge.attempted(exercise, run.facts, found=came) or _is_replaced(exercise, submission, run, sights)
    lost = _lost(exercise, submission, run)
    if lost is not None:
        begun, sights = True, [replace(sight, execution=_never_defined(sight, lost)) for sight in sights]
    met = task.panel.met([sight.execution.observation for sight in sights])
    seen = [compared(sight, complaints, met=index in met) for index, sight in enumerate(sights)]
    extra = judge.costs(seen)
    if extra:
        seen = [replace(each, differences=(*each.differences, *extra.get(each.case.name, ()))) for each in seen]
    known = _known_mistake(task, seen) if begun else None
    told = (
        _reasons(task, tuple(seen), known, submission, bench) if begun and _needs_reasons(seen) else ((),) * len(seen)
    )
    verdicts: list[Verdict] = []
    for sight, found, points in zip(seen, told, task.worths, strict=True):
        begun_or_broken = begun or sight.execution.status is Status.BROKEN
        verdicts.append(_verdict(sight, found, known, points) if begun_or_broken else judge.not_begun(sight, points))
    return _Judged(tuple(verdicts), footprint.taken(seen, begun))


REBINDING = re.compile(r"\b(globals|locals|vars|exec|eval|setattr|modules)\b|__dict__|__code__")
"""What a source needs to give a name another value without an assignment or a definition that can be read."""


def _is_replaced(exercise: Exercise, submission: Submission, run: Run, sights: list[Sight]) -> bool:
    """Tell whether a starter was left as it is and something was put in its place: a result came, and the source may."""
    if exercise.form is Form.SCRIPT or not any(each.name == exercise.id for each in run.facts.definitions):
        return False
    gave = any(not isinstance(value, Nothing) for sight in sights for value in sight.observed.values)
    part_set = re.compile(rf"\b{exercise.id}\.\w+\s*=(?!=)")
    return gave and any(REBINDING.search(cell.source) or part_set.search(cell.source) for cell in submission.cells)


def _reasons(
    task: Task, seen: tuple[Sight, ...], known: Finding | None, submission: Submission, bench: Bench
) -> tuple[tuple[Finding, ...], ...]:
    """Return what the rules find in each case; where they find no cause, a slip that behaves alike is looked for.

    Where there is none either, it is looked for where the numbers leave the reference's.
    """
    told = findings.find_each(seen, task.variants())
    leads = [each[0] for each in told if each]
    if known is None and is_unexplained(leads):
        slip = suspects.matching(seen, task.slips)
        parting = traced.parted(seen, submission, task.traces, bench) if slip is None else None
        if parting is not None:
            parting = replace(parting, leads=is_only_a_place(leads))
        if slip is not None or parting is not None:
            told = findings.find_each(seen, task.variants(), slip, parting)
    return told


def _lead(verdicts: list[Verdict]) -> Finding | None:
    return leading([verdict.evidence.findings[0] for verdict in verdicts if verdict.evidence.findings])


def _lost(exercise: Exercise, submission: Submission, run: Run) -> Raised | None:
    """Return the error that kept the answer from being defined: that of the broken cell whose text defines it."""
    if any(definition.name == exercise.id for definition in run.facts.definitions):
        return None
    pattern = re.compile(
        rf"^[ \t]*(?:(?:async[ \t]+)?def|class)[ \t]+{exercise.id}\b|^{exercise.id}[ \t]*=", re.MULTILINE
    )
    broken = dict(run.facts.broken)
    for cell in submission.cells:
        if cell.index in broken and (pattern.search(cell.source) or f"exercise:{exercise.id}" in cell.tags):
            return broken[cell.index]
    return None


def _never_defined(sight: Sight, error: Raised) -> Execution:
    if sight.execution.status not in {Status.OK, Status.RAISED}:
        return sight.execution
    return Execution(id=sight.call.id, status=Status.RAISED, observation=Observation(raised=error))


def compared(sight: Sight, complaints: dict[tuple[str, str], str], *, met: bool = False) -> Sight:
    """Return a case with its predicates' words and its differences; see `judge.differences`."""
    checks = sight.case.checks
    said = tuple((slot, complaints.get((sight.call.id, slot), "")) for slot, _ in checks) if checks else ()
    heard = replace(sight, complaints=said) if said else sight
    usable = heard.execution.observation is not None and not heard.execution.observation.missing
    found = judge.differences(heard, met=met) if usable else ()
    return replace(heard, differences=found) if found else heard


def _fundamental(finding: Finding) -> tuple[int, bool]:
    """Order findings: by rank, and a broken rule before a known mistake of the same."""
    return finding.rank, not finding.rule.startswith("rule.")


def _known_mistake(task: Task, judged: list[Sight]) -> Finding | None:
    if not task.sentences or not any(sight.differences for sight in judged):
        return None
    name = misconceptions.matching(judged, task.misconceptions())
    return None if name is None else misconceptions.finding(name)


def _needs_reasons(seen: list[Sight]) -> bool:
    """Tell whether something is there to be explained."""
    return any(sight.differences or sight.execution.status in judge.FAILED for sight in seen)


def _verdict(sight: Sight, found: tuple[Finding, ...], known: Finding | None, points: float) -> Verdict:
    if known is not None and sight.differences:
        found = tuple(sorted((known, *found), key=_fundamental))
    observed, execution = sight.observed, sight.execution
    evidence = Evidence(
        differences=sight.differences,
        findings=found,
        raised=observed.raised or observed.backward,
        output=execution.output or observed.printed[-4000:],
        detail=execution.detail,
    )
    return judge.verdict(sight, points, evidence)


def _outcome(verdicts: list[Verdict]) -> Outcome:
    if all(verdict.outcome is Outcome.PASSED for verdict in verdicts):
        return Outcome.PASSED if verdicts else Outcome.UNGRADED
    outcomes = {verdict.outcome for verdict in verdicts}
    if outcomes == {Outcome.NOT_ATTEMPTED}:
        return Outcome.NOT_ATTEMPTED
    return next((outcome for outcome in WORST_FIRST if outcome in outcomes), Outcome.WRONG)


def _excerpt(exercise: Exercise, submission: Submission, run: Run, verdicts: list[Verdict]) -> Excerpt | None:
    definition = judge.definition_of(exercise, run.facts)
    if definition is None:
        return None
    cell = next(cell for cell in submission.cells if cell.index == definition.cell)
    whole = exercise.form is Form.SCRIPT
    first, last = (1, len(cell.source.splitlines())) if whole else (definition.line, definition.end_line)
    frames = [frame for verdict in verdicts if verdict.evidence.raised for frame in verdict.evidence.raised.frames]
    marked = {frame.line for frame in frames if frame.cell == cell.index and first <= frame.line <= last}
    rules = [d.slot for v in verdicts for d in v.evidence.differences if d.aspect is Aspect.RULE]
    marked |= {int(slot[5:]) for slot in rules if slot.startswith("line ") and first <= int(slot[5:]) <= last}
    told = [each for verdict in verdicts for each in verdict.evidence.findings if each.cell == cell.index]
    marked |= {each.line for each in told if each.line is not None and first <= each.line <= last}
    source = "\n".join(cell.source.splitlines()[first - 1 : last])
    return Excerpt(where=cell.where, line=first, source=source, marked=tuple(sorted(marked)))


def _cell_notes(submission: Submission, run: Run) -> tuple[CellNote, ...]:
    """Return the cells that did not run to their end, but for starters that nobody has touched."""
    idle = {definition.cell for definition in run.facts.definitions if definition.untouched or definition.unfinished}
    broken = dict(run.facts.broken)
    notes = []
    for result in run.cells:
        cell = next(cell for cell in submission.cells if cell.index == result.cell)
        raised = broken.get(result.cell) or result.raised
        untouched = result.cell in idle and raised is not None and raised.type in {"NotImplementedError", "TypeError"}
        if result.status is not Status.OK and not untouched:
            line = next((frame.line for frame in raised.frames if frame.cell == cell.index), None) if raised else None
            note = CellNote(where=cell.where, status=result.status, raised=raised, line=line, output=result.output)
            notes.append(msgspec.structs.replace(note, excerpt=around(cell, line)))
    return tuple(notes)


def _texts(results: tuple[Result, ...], tasks: tuple[Task, ...]) -> tuple[RuleText, ...]:
    """Return the words of every rule and misconception that was found."""
    named = {finding.rule for finding in _findings(results)}
    sentences = [pair for task in tasks for pair in task.sentences if f"{misconceptions.PREFIX}{pair[0]}" in named]
    return (*findings.texts(named), *(misconceptions.text(name, sentence) for name, sentence in sentences))


def _findings(results: tuple[Result, ...]) -> Iterable[Finding]:
    for result in results:
        for verdict in result.verdicts:
            yield from verdict.evidence.findings
