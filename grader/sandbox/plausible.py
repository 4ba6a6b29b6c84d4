"""Whether a reply could come from a worker that nobody has tampered with, as to its size and form.

A reply that was forged has passed the decoder: each field has its type. What is asked here is that it is not deeper,
longer or odder than `grader.worker.tensors` writes, so that whoever reads it later need not be careful.
"""

from __future__ import annotations

from grader.model import (
    MAX_ARRAYS,
    MAX_STEPS,
    MAX_TRACED_BYTES,
    Mapping,
    Node,
    Nothing,
    Number,
    Observation,
    Opaque,
    Raised,
    Sequence,
    Tensor,
    Text,
    Trace,
)

MAX_DEPTH = 24
MAX_NODES = 20_000
MAX_NAME = 200
MAX_TEXT = 100_000
MAX_ENTRIES = 10_000
KINDS = frozenset({"bool", "int", "float", "complex"})


def plausible(observation: Observation) -> bool:
    """Tell whether an observation is one that a worker writes."""
    claims = observation.claims
    texts = (*claims.modified, *claims.state_changed, *claims.used, *(name for name, _ in claims.operators))
    names = (
        *(name for name, _ in observation.buffers),
        *observation.buffers_moved,
        *(name for name, _ in observation.state),
    )
    slots = [gradient.slot for group in observation.gradients for gradient in group]
    many = (*texts, *names, *slots, *observation.values, *observation.gradients)
    return (
        len(many) <= MAX_ENTRIES
        and all(len(text) <= 2 * MAX_NAME for text in (*texts, *names, *slots))
        and len(observation.printed) <= MAX_TEXT
        and all(_raised(each) for each in (observation.raised, observation.backward))
        and _nodes(observation.values)
        and _trace(observation.trace)
    )


def _raised(raised: Raised | None) -> bool:
    if raised is None:
        return True
    names = (raised.type, *raised.bases, *(frame.function for frame in raised.frames))
    places = [number for frame in raised.frames for number in (frame.cell, frame.line)]
    return (
        len(raised.message) <= MAX_TEXT
        and len(names) <= MAX_NAME
        and all(0 < len(name) <= MAX_NAME for name in names)
        and all(0 <= place < 1 << 63 for place in places)
    )


def _trace(trace: Trace | None) -> bool:
    if trace is None:
        return True
    arrays = [*trace.results, *(number for _, number in trace.names)]
    arrays += [number for step in trace.steps for number in (*step.inputs, *step.outputs)]
    texts = [text for step in trace.steps for text in (step.operation, *step.options)]
    return (
        len(arrays) + len(texts) <= MAX_ENTRIES
        and len(trace.steps) <= MAX_STEPS
        and len(trace.arrays) <= MAX_ARRAYS
        and sum(len(array.data) for array in trace.arrays) <= MAX_TRACED_BYTES
        and all(0 <= number < len(trace.arrays) for number in arrays)
        and all(len(text) <= MAX_NAME and text.isprintable() for text in texts)
        and all(0 <= place < 1 << 31 for step in trace.steps for place in (step.cell, step.line))
        and all(len(name) <= MAX_NAME and name.replace(".", "_").isidentifier() for name, _ in trace.names)
    )


def _nodes(values: tuple[Node, ...]) -> bool:
    """Tell whether values are neither too deep nor too many, one level after the other."""
    level, count = list(values), 0
    for _ in range(MAX_DEPTH):
        count += len(level)
        if count > MAX_NODES or not all(_node(node) for node in level):
            return False
        level = [inner for node in level for inner in _inside(node)]
    return not level


def _inside(node: Node) -> tuple[Node, ...]:
    match node:
        case Sequence():
            return node.items
        case Mapping():
            return tuple(item for _, item in node.items)
        case _:
            return ()


def _node(node: Node) -> bool:
    match node:
        case Number():
            return node.type in KINDS and len(node.text) <= MAX_NAME and _is_number(node)
        case Text():
            return len(node.text) <= MAX_TEXT
        case Sequence() | Opaque():
            return len(node.type) <= MAX_NAME
        case Mapping():
            return len(node.type) <= MAX_NAME and all(len(key) <= MAX_NAME for key, _ in node.items)
        case Tensor():
            return len(node.device) <= MAX_NAME and sum(map(len, node.shares)) <= MAX_NAME
        case Nothing():
            return True


def _is_number(node: Number) -> bool:
    if node.type == "bool":
        return node.text in {"True", "False"}
    try:
        complex(node.text) if node.type == "complex" else float(node.text)
    except ValueError:
        return False
    return True
