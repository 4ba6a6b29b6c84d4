"""From a case to the calls that are made: the student's, and the reference's in its dtype, in float64, and jittered."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from grader import draw
from grader.arrays import from_numpy, is_float, to_numpy, ulp_jitter
from grader.model import Argument, Array, Call, Case, Exercise, Expected, Form, Kind

JITTERS = 3
"""How many perturbed runs measure the spread of the float64 reference."""
NARROW = 2
"""In so many of them the reference also runs in the case's dtype: how it rounds once may be by chance."""
IN_DTYPE = "|narrow"

TOGETHER = 20
"""So many calls of the author's own code are asked for at once: that costs half of what asking for each does."""

State = tuple[tuple[str, Array], ...]


@dataclass(frozen=True)
class Plan:
    """What a set of calls has in common: the exercise, its drawn seed, the name to call, and a module's state."""

    exercise: Exercise
    seed: int
    entry: str
    state: State = ()
    state_buffers: tuple[str, ...] = ()

    @staticmethod
    def of(exercise: Exercise, expected: Expected, entry: str = "") -> Plan:
        """Return the plan by which a reference was observed, for another entry if one is named."""
        return Plan(exercise, expected.seed, entry or exercise.id, expected.state, expected.state_buffers)


def student_call(plan: Plan, case: Case) -> Call:
    """Return the one call that a case makes of a submission."""
    exercise = plan.exercise
    watched = exercise.gradients if case.gradients is None else case.gradients
    sets = tuple(
        draw.arguments(exercise.params, case, (*watched, *exercise.detached), (plan.seed, exercise.id, index))
        for index in range(case.calls)
    )
    return Call(
        id=case.name,
        entry=plan.entry,
        alias=exercise.id,
        form=exercise.form,
        arguments=() if case.scenario else sets,
        by_keyword=case.by_keyword,
        by_position=case.by_position,
        init=exercise.init,
        state=plan.state,
        state_buffers=plan.state_buffers,
        training=case.training,
        outputs=exercise.outputs,
        second_order=() if case.companion and case.criterion == "stability" else exercise.second_order,
        scenario=case.scenario,
        precision=case.dtype,
        counted=case.counted or not case.companion,
        seed=call_seed(plan, case),
        timeout_s=exercise.limits.call_s,
    )


def call_seed(plan: Plan, case: Case) -> int:
    """Return the seed of a case's cotangents and scenario draws; a module's parameters depend on the exercise alone."""
    path = (plan.exercise.id,) if plan.exercise.form is Form.MODULE else (plan.exercise.id, case.name)
    return int(draw.stream(plan.seed, *path, "call").integers(0, 2**31))


def reference_calls(plan: Plan, case: Case) -> tuple[Call, ...]:
    """Return the call in the case's dtype, then the one in float64, its perturbations, and some of them in that dtype."""
    call = student_call(plan, case)
    exact = {param.name for param in plan.exercise.params if param.kind in {Kind.BINARY, Kind.INT, Kind.BOOL}}
    wide = [_widened(call, plan, case, exact, jitter) for jitter in range(JITTERS + 1)]
    return (call, *wide, *(_narrowed(call, moved) for moved in wide[1 : NARROW + 1]))


def _narrowed(call: Call, moved: Call) -> Call:
    """Return a perturbed call in the case's dtype, in which its numbers are exact, with each operation's result perturbed."""
    sets = tuple(
        tuple(map(_in_dtype_of, first, others)) for first, others in zip(call.arguments, moved.arguments, strict=True)
    )
    return msgspec.structs.replace(
        call, id=f"{moved.id}{IN_DTYPE}", arguments=sets, jitter=moved.jitter, shaken=True, counted=False
    )


def _in_dtype_of(first: Argument, moved: Argument) -> Argument:
    if first.array is None or moved.array is None or not is_float(first.array.dtype):
        return first
    return msgspec.structs.replace(first, array=from_numpy(to_numpy(moved.array), first.array.dtype))


def _widened(call: Call, plan: Plan, case: Case, exact: set[str], jitter: int) -> Call:
    sets = tuple(
        tuple(_wide_argument(argument, exact, (plan, case, jitter, index)) for argument in arguments)
        for index, arguments in enumerate(call.arguments)
    )
    state = tuple((name, _wide_state(array)) for name, array in call.state)
    return msgspec.structs.replace(
        call,
        id=f"{call.id}|{jitter}",
        arguments=sets,
        state=state,
        precision="float64",
        jitter=jitter,
        counted=False,
    )


def _wide_argument(argument: Argument, exact: set[str], path: tuple[Plan, Case, int, int]) -> Argument:
    plan, case, jitter, index = path
    array = argument.array
    if array is not None and array.dtype in {"float16", "bfloat16", "float32", "float64"}:
        values = to_numpy(array)
        if jitter and argument.name not in exact:
            rng = draw.stream(plan.seed, plan.exercise.id, case.name, "jitter", jitter, index, argument.name)
            values = ulp_jitter(values, array.dtype, rng)
        array = from_numpy(values, "float64")
    layout = "contiguous" if argument.layout == "expanded" else argument.layout
    return Argument(name=argument.name, array=array, scalar=argument.scalar, layout=layout, watch=argument.watch)


def _wide_state(array: Array) -> Array:
    return from_numpy(to_numpy(array), "float64") if array.dtype == "float32" else array
