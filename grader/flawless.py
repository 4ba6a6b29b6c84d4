"""Answers with which nothing is wrong, seen at a glance: in a class most are such, and to judge a case by itself takes longer.

This saves looks and decides nothing: what is not plainly right here is judged, and of what is, a test holds that judging
it gives the same verdicts.
"""

from __future__ import annotations

from collections.abc import Sequence

from grader import judge, rules
from grader.model import Case, Execution, Exercise, Expectation, Facts, Status
from grader.sight import Mention
from grader.task import Task


def is_flawless(task: Task, executions: Sequence[Execution], facts: Facts, mentions: tuple[Mention, ...]) -> bool:
    """Tell whether an answer is plainly right in every case, and did nothing besides.

    `executions` are of the cases of the task, in their order; `mentions` is what the source says of the exercise's rules.
    """
    if mentions or facts.broken or not _asks_results_alone(task.exercise) or not judge.attempted(task.exercise, facts):
        return False
    if not all(map(_is_matched, task.asked)) or not all(_is_quiet(each, task.exercise) for each in executions):
        return False
    return len(task.panel.met([each.observation for each in executions])) == len(task.asked)


def _asks_results_alone(exercise: Exercise) -> bool:
    """Tell whether nothing but values, gradients, and forbidden names is looked at."""
    costs = exercise.vectorised or exercise.max_memory is not None or exercise.max_flops is not None
    return not (exercise.require or exercise.prints or exercise.state_dict or exercise.fresh or costs)


def _is_matched(asked: tuple[Case, object, Expectation]) -> bool:
    """Tell whether the panel sees all that is expected of a case."""
    case, _, expectation = asked
    return expectation.status is Status.OK and not case.checks and not expectation.actual.buffers


def _is_quiet(execution: Execution, exercise: Exercise) -> bool:
    """Tell whether a call came back, and nothing else is told of it."""
    seen = execution.observation
    if seen is None or execution.status is not Status.OK or execution.output or execution.detail:
        return False
    claims = seen.claims
    told = seen.missing or seen.raised or seen.printed or claims.modified or claims.state_changed
    return claims.repeatable and not told and not rules.called(exercise, claims)
