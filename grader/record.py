"""From a task to what a bundle holds of it: what can be measured of the reference, and nothing of how it is written."""

from __future__ import annotations

import msgspec

from grader import recordings
from grader.findings.effect_repeat import CHANCE
from grader.findings.value_axis import BENT, NORMALISERS
from grader.findings.value_unstable import EXPONENTIALS
from grader.hidden import public
from grader.model import (
    Claims,
    Execution,
    Exercise,
    Expectation,
    Misconceptions,
    Observation,
    Raised,
    Recorded,
    Recording,
)
from grader.printed import NUMBER
from grader.task import Task, calls

replace = msgspec.structs.replace


def recording(exercise: Exercise, sentences: tuple[tuple[str, str], ...], seeds: tuple[int, ...]) -> Recording:
    """Return an exercise as students get it; `sentences` are its misconceptions' words by name."""
    shown, points = public(exercise)
    return Recording(
        exercise=shown,
        hidden_points=points,
        sentences=sentences,
        seeds=seeds,
        versions=recordings.versions(),
    )


def recorded(task: Task, shown: Exercise) -> Recorded:
    """Return what the reference and its misconceptions gave on a task's seed, for the cases of `shown` alone."""
    names = {case.name for case in shown.cases}
    kept = tuple(_expectation(one) for one in task.expected.expectations if one.id in names)
    expected = replace(task.expected, expectations=kept)
    return Recorded(
        digest=shown.digest,
        drawn=recordings.drawn(calls(shown, expected), expected.seed),
        expected=expected,
        misconceptions=_mistakes(task.misconceptions(), names),
        variants=_mistakes(task.variants(), names),
    )


def _expectation(one: Expectation) -> Expectation:
    observed = {name: _observation(getattr(one, name)) for name in ("actual", "oracle", "spread")}
    return replace(one, detail="", **observed)


def _mistakes(found: Misconceptions, names: set[str]) -> Misconceptions:
    return Misconceptions(
        executions=tuple(
            (name, tuple(_execution(one) for one in executions if one.id.partition("/")[2] in names))
            for name, executions in found.executions
        )
    )


def _execution(one: Execution) -> Execution:
    seen = None if one.observation is None else _observation(one.observation)
    if seen is not None:
        seen = replace(seen, claims=Claims())  # what a mistake cost is compared with nothing
    return Execution(id=one.id, status=one.status, observation=seen)


def _observation(seen: Observation) -> Observation:
    """Return an observation without text of the code that made it: no message, no line, of its output the numbers."""
    return replace(
        seen,
        raised=_raised(seen.raised),
        backward=_raised(seen.backward),
        printed=" ".join(NUMBER.findall(seen.printed)),
        state=(),
        claims=_claims(seen.claims),
    )


def _raised(raised: Raised | None) -> Raised | None:
    return None if raised is None else Raised(type=raised.type, bases=raised.bases)


def _claims(claims: Claims) -> Claims:
    """Return claims that do not tell the answer by its operators: all but those that findings ask for are one sum."""
    told = [(name, count) for name, count in claims.operators if _is_asked_for(name)]
    rest = sum(count for _, count in claims.operators) - sum(count for _, count in told)
    return replace(claims, operators=(*sorted(told), *((("others", rest),) if rest else ())), used=())


def _is_asked_for(operator: str) -> bool:
    """Tell whether a finding asks if the reference dispatches an operator."""
    last = operator.rpartition(".")[2]
    return last in EXPONENTIALS or bool(CHANCE.search(operator)) or any(part in operator for part in BENT + NORMALISERS)
