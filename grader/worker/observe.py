"""One call, observed: values, gradients, exceptions, prints, and what the call did besides."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import torch

from grader import draw
from grader.model import Argument, Array, Call, Claims, Form, Gradient, Observation, Raised
from grader.worker import modules, scenario, script
from grader.worker.claims import RANDOM_SEED, Counting, generators_now, restore, seed_everything, state_now
from grader.worker.load import printable, raised_by
from grader.worker.shaken import Shaking
from grader.worker.tensors import lay_out, storage_address, tensors_in, to_array, to_node, to_tensor
from grader.worker.tracing import TooLong, Tracing

MAX_PRINTED = 20_000
SECOND = " (second derivative)"

Namespace = dict[str, Any]


@dataclass
class Target:
    """What is called, with the tensors besides its inputs whose gradients and values matter."""

    function: Callable[..., Any]
    parameters: Mapping[str, torch.Tensor] = field(default_factory=dict)
    buffers: Callable[[], Mapping[str, torch.Tensor]] = dict
    state: tuple[tuple[str, Array], ...] = ()


def perform(call: Call, namespace: Namespace, harness: Namespace, cells: dict[str, int]) -> Observation:
    """Make a call and return what was seen; whatever the submission raises is part of that."""
    before = state_now()
    printed = io.StringIO()
    try:
        if call.entry not in namespace and not script.is_script(call):
            return Observation(missing=True)
        seed_everything(call.seed)
        generators = generators_now() if call.counted else {}
        shaking = Shaking(call.seed + call.jitter) if call.shaken else contextlib.nullcontext()
        with contextlib.redirect_stdout(printed), shaking:
            observation = (
                _traced(call, namespace, harness, cells) if call.traced else _observe(call, namespace, harness)
            )
    except BaseException as error:
        observation = Observation(raised=raised_by(error, cells))
    changed = restore(before)
    if torch.initial_seed() != call.seed:
        changed += (RANDOM_SEED,)
    elif call.counted and observation.raised is None:
        changed += tuple(name for name, state in generators_now().items() if state != generators[name])
    text = printable(printed.getvalue()[:MAX_PRINTED])
    changed = (*observation.claims.state_changed, *changed)
    claims = msgspec.structs.replace(observation.claims, state_changed=changed)
    return msgspec.structs.replace(observation, printed=text, claims=claims)


def _observe(call: Call, namespace: Namespace, harness: Namespace) -> Observation:
    if call.scenario is not None:
        return _observe_scenario(call, namespace, harness)
    target = _target(call, namespace)
    values, gradients, modified, flags = [], [], set[str](), set[str]()
    backward: Raised | None = None
    before, kept = dict(_arrays(target.parameters)), _arrays(target.buffers())
    tensors: dict[str, torch.Tensor] = {}
    for index, arguments in enumerate(call.arguments):
        tensors = _fresh(arguments) if index == 0 else _refill(tensors, arguments)
        result = _invoke(target, call, arguments, tensors)
        owners = {storage_address(tensor): name for name, tensor in tensors.items() if tensor.numel()}
        values.append(to_node(result, owners))
        modified |= _modified(arguments, tensors) | _overwritten(before, target)
        flags |= _flags(arguments, tensors)
        try:
            watched = _watched(arguments, tensors, target)
            gradients.append(_gradients(result, watched, call.seed + index, call.second_order))
        except Exception as error:
            backward = raised_by(error)
            break
    buffers = _arrays(target.buffers())
    counting, repeatable = Counting(), True
    if call.counted and backward is None:
        counting, repeatable = _again(call, namespace, values[0])
    return Observation(
        values=tuple(values),
        gradients=tuple(gradients),
        backward=backward,
        buffers=buffers,
        buffers_moved=tuple(name for name, array in buffers if (name, array) not in kept),
        state=target.state,
        claims=_claims(counting, tuple(sorted(modified)), repeatable, tuple(sorted(flags))),
    )


def _claims(counting: Counting, modified: tuple[str, ...], repeatable: bool, changed: tuple[str, ...] = ()) -> Claims:
    return Claims(
        modified=modified,
        state_changed=changed,
        repeatable=repeatable,
        operators=tuple(sorted(counting.operators.items())),
        used=tuple(sorted(counting.functions)),
        peak_bytes=counting.bytes,
        flops=counting.flops,
    )


def _target(call: Call, namespace: Namespace) -> Target:
    entry = namespace.get(call.entry)
    if call.form is Form.MODULE:
        built = modules.build(entry, call)
        return Target(built.module, built.parameters, built.buffers, built.state)
    if call.form is Form.SCRIPT and not callable(entry):
        return Target(script.runner(call, namespace))
    assert entry is not None
    return Target(entry)


def _fresh(arguments: tuple[Argument, ...]) -> dict[str, torch.Tensor]:
    tensors = {argument.name: lay_out(argument) for argument in arguments if argument.array is not None}
    for argument in arguments:
        if argument.watch and argument.array is not None:
            tensors[argument.name].requires_grad_()
    return tensors


def _refill(tensors: dict[str, torch.Tensor], arguments: tuple[Argument, ...]) -> dict[str, torch.Tensor]:
    """Write new values over the memory of the last call, so that an answer remembered by address or shape is wrong."""
    for argument in arguments:
        if argument.array is not None:
            with torch.no_grad():
                rows = slice(1) if argument.layout == "expanded" and argument.array.shape else ...
                tensors[argument.name].detach()[rows].copy_(to_tensor(argument.array)[rows])
    return tensors


def _invoke(target: Target, call: Call, arguments: tuple[Argument, ...], tensors: dict[str, torch.Tensor]) -> Any:
    values = {argument.name: tensors.get(argument.name, argument.scalar) for argument in arguments}
    if call.by_keyword or call.form is Form.SCRIPT:
        return target.function(**values)
    if call.by_position:
        return target.function(*values.values())
    positional = [value for name, value in values.items() if name in tensors]
    plain = {name: value for name, value in values.items() if name not in tensors}
    return target.function(*positional, **plain)


def _watched(
    arguments: tuple[Argument, ...], tensors: dict[str, torch.Tensor], target: Target
) -> dict[str, torch.Tensor]:
    inputs = {argument.name: tensors[argument.name] for argument in arguments if argument.watch}
    return inputs | dict(target.parameters)


def _gradients(
    result: Any, watched: dict[str, torch.Tensor], seed: int, second_order: tuple[str, ...] = ()
) -> tuple[Gradient, ...]:
    """Return the vector-Jacobian product of every differentiable output with drawn cotangents.

    The cotangents enter as an inner product, whose gradient is the same: `grad_outputs` would import sympy (0.6 s).
    """
    if not watched:
        return ()
    found = _vjp(tensors_in(result), watched, seed, keep=bool(second_order))
    first = tuple(Gradient(slot=name, array=_or_none(gradient)) for name, gradient in found.items())
    if not second_order:
        return first
    ours = [(name, gradient) for name, gradient in found.items() if gradient is not None]
    twice = _vjp(ours, {name: watched[name] for name in second_order if name in watched}, seed + 1, keep=False)
    return (*first, *(Gradient(slot=f"{name}{SECOND}", array=_or_none(second)) for name, second in twice.items()))


def _or_none(tensor: torch.Tensor | None) -> Array | None:
    return None if tensor is None else to_array(tensor)


def _vjp(
    results: list[tuple[str, torch.Tensor]], watched: dict[str, torch.Tensor], seed: int, *, keep: bool
) -> dict[str, torch.Tensor | None]:
    outputs = [(slot, tensor) for slot, tensor in results if tensor.requires_grad]
    if not outputs:
        return dict.fromkeys(watched)
    products = [(tensor * _cotangent(tensor, seed, slot)).sum() for slot, tensor in outputs]
    total = sum(products[1:], products[0])
    found = torch.autograd.grad(total, list(watched.values()), allow_unused=True, create_graph=keep)
    return dict(zip(watched, found, strict=True))


def _cotangent(tensor: torch.Tensor, seed: int, slot: str) -> torch.Tensor:
    values = draw.cotangent(tuple(tensor.shape), seed, slot)
    return torch.from_numpy(values).to(tensor.dtype).reshape(tensor.shape)


def _modified(arguments: tuple[Argument, ...], tensors: dict[str, torch.Tensor]) -> set[str]:
    return {
        argument.name
        for argument in arguments
        if argument.array is not None and to_array(tensors[argument.name]) != argument.array
    }


def _flags(arguments: tuple[Argument, ...], tensors: dict[str, torch.Tensor]) -> set[str]:
    """Return what autograd keeps at the inputs and a call has changed: whether they ask for a gradient, and `.grad`."""
    found = set[str]()
    for argument in arguments:
        tensor = tensors.get(argument.name)
        if tensor is not None and tensor.requires_grad is not argument.watch:
            found.add(f"requires_grad of `{argument.name}`")
        if tensor is not None and tensor.is_leaf and tensor.grad is not None:
            found.add(f"grad of `{argument.name}`")
    return found


def _overwritten(before: dict[str, Array], target: Target) -> set[str]:
    """Return the parameters of a module whose values a call has changed."""
    return {name for name, array in _arrays(target.parameters) if array != before[name]}


def _arrays(tensors: Mapping[str, torch.Tensor]) -> tuple[tuple[str, Array], ...]:
    pairs = [(name, to_array(tensor)) for name, tensor in tensors.items()]
    return tuple((name, array) for name, array in pairs if array is not None)


def _again(call: Call, namespace: Namespace, first: Any) -> tuple[Counting, bool]:
    """Call once more, without seeding, with the first arguments: count what it does, and see whether it repeats."""
    target = _target(call, namespace)
    tensors = _fresh(call.arguments[0])
    with Counting() as counting, contextlib.redirect_stdout(io.StringIO()):
        result = _invoke(target, call, call.arguments[0], tensors)
    owners = {storage_address(tensor): name for name, tensor in tensors.items() if tensor.numel()}
    return counting, to_node(result, owners) == first


def _traced(call: Call, namespace: Namespace, harness: Namespace, cells: dict[str, int]) -> Observation:
    """Call once, with the first arguments, and write its steps down; a call with too many of them has none."""
    try:
        with Tracing(cells) as tracing:
            if call.scenario is not None:
                result: Any = scenario.run(call, namespace, harness, scenario.Draw(call))
            else:
                result = _invoke(_target(call, namespace), call, call.arguments[0], _fresh(call.arguments[0]))
        return Observation(trace=tracing.trace(result))
    except TooLong:
        return Observation()


def _observe_scenario(call: Call, namespace: Namespace, harness: Namespace) -> Observation:
    drawing = scenario.Draw(call)
    with Counting() as counting:
        slots = scenario.run(call, namespace, harness, drawing)
    backward: Raised | None = None
    gradients: tuple[Gradient, ...] = ()
    try:
        gradients = _gradients(slots, drawing.watched, call.seed)
    except Exception as error:
        backward = raised_by(error)
    return Observation(
        values=(to_node(slots),),
        magnitude=drawing.magnitude(),
        gradients=(gradients,),
        backward=backward,
        claims=_claims(counting, drawing.modified(), repeatable=True),
    )
