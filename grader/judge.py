"""(exercise, expected, actual) -> Verdict. Pure and total: every execution gives exactly one outcome."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grader import compare, printed, rules, shown
from grader.arrays import from_numpy, to_numpy
from grader.model import (
    LARGE,
    SMALL,
    Aspect,
    Claims,
    Definition,
    Difference,
    Evidence,
    Exercise,
    Facts,
    Form,
    Gradient,
    Mapping,
    Node,
    Nothing,
    Observation,
    Outcome,
    Status,
    Tensor,
    Verdict,
)
from grader.model import Sequence as SequenceNode
from grader.sight import ROOT, Sight

FAILED = {
    Status.TIMED_OUT: Outcome.TIMED_OUT,
    Status.OUT_OF_MEMORY: Outcome.OUT_OF_MEMORY,
    Status.OUTPUT_LIMIT: Outcome.CRASHED,
    Status.CRASHED: Outcome.CRASHED,
    Status.BROKEN: Outcome.UNGRADED,
}


def attempted(exercise: Exercise, facts: Facts, *, found: bool = False) -> bool:
    """Tell whether a student has begun the exercise: something is defined that is not the starter as given out.

    `found`: some call found the name, however it came to be defined.
    """
    own = [definition for definition in facts.definitions if definition.name == exercise.id]
    if exercise.form is Form.SCRIPT:
        scripts = own or [d for d in facts.definitions if d.name in exercise.outputs]
        return any(not definition.untouched for definition in scripts) or _whole_file_broken(facts)
    if own:
        last = own[-1]
        return not (last.untouched or last.unfinished)
    mentioned = any(exercise.id in (raised.message or "") for _, raised in facts.broken)
    return found or mentioned or _whole_file_broken(facts)


def _whole_file_broken(facts: Facts) -> bool:
    return bool(facts.broken) and not facts.definitions


def definition_of(exercise: Exercise, facts: Facts) -> Definition | None:
    """Return the definition that counts: the last one of the exercise's name, or of a script's first output."""
    names = (exercise.id, *exercise.outputs)
    for name in names:
        own = [definition for definition in facts.definitions if definition.name == name]
        if own:
            return own[-1]
    return None


def differences(sight: Sight, *, met: bool = False) -> tuple[Difference, ...]:
    """Return every respect in which a call that came back differs from the reference's.

    `met`: all its values and gradients are known to be as expected; see `grader.panel`.
    """
    expectation, observed = sight.expectation, sight.observed
    if sight.lacks_kernel:
        return rules.broken(sight)
    if expectation.actual.raised is not None or observed.raised is not None:
        return (*_exceptions(expectation.actual, observed), *rules.broken(sight))
    found: list[Difference] = [*rules.broken(sight), *_side_effects(sight)]
    if sight.case.values_agreed:
        if not met:
            found += [*_values(sight), *_gradients(sight)]
        found += buffer_differences(sight)
        found += _state(sight) if sight.exercise.state_dict else []
    return (*found, *_predicates(sight), *printed.differences(sight))


def besides(sight: Sight) -> tuple[Difference, ...]:
    """Return, of the differences, those in what a call did and printed besides its results."""
    if sight.expectation.actual.raised is not None or sight.observed.raised is not None:
        return ()
    return (*_side_effects(sight), *printed.differences(sight))


def costs(sights: Sequence[Sight]) -> dict[str, tuple[Difference, ...]]:
    """Return, by case, in what respect a submission costs more than its exercise allows, seen at two sizes.

    Operators are the count of what torch dispatched, bytes the size of all results made, FLOPs those of matrix products
    and convolutions, an operation an element for the rest. Nothing is timed.
    """
    by_name = {sight.case.name: sight for sight in sights}
    small, large = by_name.get(SMALL), by_name.get(LARGE)
    if small is None or large is None:
        return {}
    exercise = large.exercise
    found = []
    grown = [_operators(sight.observed.claims) for sight in (small, large)]
    theirs = [_operators(sight.expectation.actual.claims) for sight in (small, large)]
    if exercise.vectorised and grown[1] > grown[0] and theirs[1] <= theirs[0]:
        found.append(("operators", grown[1], theirs[1]))
    mine, reference = large.observed.claims, large.expectation.actual.claims
    if exercise.max_memory is not None and mine.peak_bytes > exercise.max_memory * reference.peak_bytes:
        found.append(("bytes", mine.peak_bytes, reference.peak_bytes))
    if exercise.max_flops is not None and mine.flops > exercise.max_flops * reference.flops:
        found.append(("flops", mine.flops, reference.flops))
    differences = [
        Difference(slot=what, aspect=Aspect.COST, got=str(got), expected=str(want)) for what, got, want in found
    ]
    return {LARGE: tuple(differences)} if differences else {}


def _operators(claims: Claims) -> int:
    return sum(count for _, count in claims.operators)


def inaccuracies(sight: Sight) -> list[Difference]:
    """Return where values or gradients are outside tolerance; asked of the reference itself, in the case's dtype."""
    if sight.observed.raised is not None:
        return []
    return [each for each in (*_values(sight), *_gradients(sight)) if each.error is not None]


def _exceptions(expected: Observation, observed: Observation) -> list[Difference]:
    want, got = expected.raised, observed.raised
    if want is not None and got is not None and want.type in {got.type, *got.bases}:
        return []
    return [
        Difference(
            slot=ROOT,
            aspect=Aspect.EXCEPTION,
            got=got.type if got else "no exception",
            expected=want.type if want else "no exception",
        )
    ]


def _values(sight: Sight) -> list[Difference]:
    expected, observed = sight.expectation, sight.observed
    found: list[Difference] = []
    named = sight.case.scenario is not None or sight.exercise.form is Form.SCRIPT
    for index, actual in enumerate(expected.actual.values):
        got = observed.values[index] if index < len(observed.values) else Nothing()
        faces = compare.Reference(
            actual,
            _at(expected.oracle.values, index, actual),
            _at(expected.spread.values, index, Nothing()),
            sight.magnitude,
        )
        found += compare.compare(got, faces, "" if named else ROOT, sight.exercise.tolerance)
    return [difference for difference in found if not sight.is_checked(difference.slot)]


def _at(nodes: tuple[Node, ...], index: int, default: Node) -> Node:
    return nodes[index] if index < len(nodes) else default


def _gradients(sight: Sight) -> list[Difference]:
    expected, observed = sight.expectation, sight.observed
    if observed.backward is not None and expected.actual.backward is None:
        error = observed.backward
        return [Difference(slot="gradient", aspect=Aspect.GRADIENT, got=error.type, expected="tensor")]
    found: list[Difference] = []
    for index, group in enumerate(expected.actual.gradients):
        own = {gradient.slot: gradient for gradient in _group(observed.gradients, index)}
        wide = {gradient.slot: gradient for gradient in _group(expected.oracle.gradients, index)}
        moved = {gradient.slot: gradient for gradient in _group(expected.spread.gradients, index)}
        for gradient in group:
            faces = (gradient, wide.get(gradient.slot, gradient), moved.get(gradient.slot))
            found += compare.gradient_differences(
                own.get(gradient.slot), faces, sight.magnitude, sight.exercise.tolerance
            )
    return found


def _group(gradients: tuple[tuple[Gradient, ...], ...], index: int) -> tuple[Gradient, ...]:
    return gradients[index] if index < len(gradients) else ()


def _state(sight: Sight) -> list[Difference]:
    """Return where a module's state_dict, as constructed, is not the reference's: names, shapes, ones and zeros."""
    own, theirs = dict(sight.observed.state), dict(sight.expectation.actual.state)
    found = []
    for name in dict.fromkeys((*theirs, *own)):
        got, want = own.get(name), theirs.get(name)
        tokens = [compare.shape_token(one.shape) if one is not None else "nothing" for one in (got, want)]
        if got is not None and want is not None and tokens[0] == tokens[1]:
            numbers = to_numpy(want).reshape(-1)
            constant = numbers.size > 0 and bool((numbers == numbers[0]).all())
            if not constant or got == want:
                continue
            tokens = [f"{float(to_numpy(one).reshape(-1)[0]):g}" for one in (got, want)]
        found.append(Difference(slot=f"state {name}", aspect=Aspect.BUFFER, got=tokens[0], expected=tokens[1]))
    return found


def buffer_differences(sight: Sight) -> list[Difference]:
    """Return where a module's buffers after the call differ from the reference's, such as running statistics."""
    own = dict(sight.observed.buffers)
    found: list[Difference] = []
    oracle = dict(sight.expectation.oracle.buffers)
    compared = {*sight.call.state_buffers, *sight.expectation.actual.buffers_moved}
    for name, actual in sight.expectation.actual.buffers:
        if name not in compared:  # a mask or a table is each module's own affair
            continue
        wide = oracle.get(name, actual)
        got = own.get(name)
        if got is None or got.shape != actual.shape:
            shape = "nothing" if got is None else compare.shape_token(got.shape)
            found.append(
                Difference(
                    slot=f"buffer {name}",
                    aspect=Aspect.BUFFER,
                    got=shape,
                    expected=compare.shape_token(actual.shape),
                )
            )
            continue
        zero = from_numpy(np.zeros(wide.shape), "float64")
        faces = compare.Reference(Tensor(array=actual), Tensor(array=wide), Tensor(array=zero))
        found += compare.compare(Tensor(array=got), faces, f"buffer {name}", sight.exercise.tolerance)
    return found


def _side_effects(sight: Sight) -> list[Difference]:
    """Return what the call did besides, unless the reference does it too."""
    claims, theirs = sight.observed.claims, sight.expectation.actual.claims
    found = [("modified", name) for name in claims.modified if name not in theirs.modified]
    found += [("state changed", name) for name in claims.state_changed if name not in theirs.state_changed]
    if sight.exercise.fresh:
        found += [
            ("shares memory", name) for name in sorted(_shared(sight.observed) - _shared(sight.expectation.actual))
        ]
    found += [("not repeatable", ROOT)] if theirs.repeatable and not claims.repeatable else []
    return [Difference(slot=name, aspect=Aspect.SIDE_EFFECT, got=effect) for effect, name in found]


def _shared(observed: Observation) -> set[str]:
    """Return the inputs whose memory a returned tensor shares."""
    todo, found = list(observed.values), set[str]()
    while todo:
        node = todo.pop()
        if isinstance(node, Tensor):
            found |= set(node.shares)
        elif isinstance(node, SequenceNode):
            todo += node.items
        elif isinstance(node, Mapping):
            todo += [item for _, item in node.items]
    return found


def _predicates(sight: Sight) -> list[Difference]:
    return [
        Difference(slot=slot.removeprefix(f"{ROOT}."), aspect=Aspect.PREDICATE, got=complaint)
        for slot, complaint in sight.complaints
        if complaint
    ]


def outcome(sight: Sight) -> Outcome:
    """Return what a case's execution and differences come to."""
    execution = sight.execution
    if sight.expectation.status not in {Status.OK, Status.RAISED}:
        return Outcome.UNGRADED
    if execution.status in FAILED or execution.observation is None:
        return FAILED.get(execution.status, Outcome.UNGRADED)
    if execution.observation.missing:
        return Outcome.NOT_ATTEMPTED
    if not sight.differences:
        return Outcome.PASSED
    return Outcome.RAISED if execution.observation.raised is not None else Outcome.WRONG


def verdict(sight: Sight, points: float, evidence: Evidence) -> Verdict:
    """Return the verdict of one case worth `points`."""
    result = outcome(sight)
    if result is Outcome.WRONG and any(difference.aspect is Aspect.RULE for difference in sight.differences):
        result = Outcome.REFUSED
    visible = result not in {Outcome.PASSED, Outcome.NOT_ATTEMPTED}
    case = sight.case
    return Verdict(
        case=case.name,
        why=case.why,
        criterion=case.criterion,
        outcome=result,
        points=points if result is Outcome.PASSED else 0.0,
        max_points=points,
        summary=_summary(sight),
        inputs=shown.inputs(sight) if visible else (),
        got=shown.values(sight.observed.values) if visible else (),
        expected=shown.values(sight.expectation.actual.values) if visible else (),
        evidence=evidence,
    )


def veiled(verdict: Verdict) -> Verdict:
    """Return what a student is told of a hidden case: its name, its outcome, its points."""
    return Verdict(
        case=verdict.case,
        why="a hidden case: what it asks is not shown",
        criterion=verdict.criterion,
        outcome=verdict.outcome,
        points=verdict.points,
        max_points=verdict.max_points,
        hidden=True,
        summary="hidden",
    )


def not_begun(sight: Sight, points: float) -> Verdict:
    """Return the verdict of a case whose exercise is still as it was given out."""
    return Verdict(
        case=sight.case.name,
        why=sight.case.why,
        criterion=sight.case.criterion,
        outcome=Outcome.NOT_ATTEMPTED,
        points=0.0,
        max_points=points,
        summary=_summary(sight),
    )


def _summary(sight: Sight) -> str:
    return shown.summary(sight.exercise, sight.case) if sight.summary is None else sight.summary
