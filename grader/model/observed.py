"""What comes out of the sandbox."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from grader.model.base import Array, Value
from grader.model.traced import Trace


class Status(StrEnum):
    """What the sandbox saw. `broken` is the grader's own failure."""

    OK = "ok"
    RAISED = "raised"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    OUTPUT_LIMIT = "output_limit"
    CRASHED = "crashed"
    BROKEN = "broken"


class Tensor(Value, frozen=True, kw_only=True, tag="tensor", tag_field="kind"):
    """A tensor that was returned: values, and what autograd and storage said of it."""

    array: Array
    requires_grad: bool = False
    device: str = "cpu"
    shares: tuple[str, ...] = ()


class Number(Value, frozen=True, kw_only=True, tag="number", tag_field="kind"):
    """A Python bool, int, float or complex, as its `repr`."""

    type: str
    text: str


class Text(Value, frozen=True, kw_only=True, tag="text", tag_field="kind"):
    """A string, cut at the reply's limit."""

    text: str


class Nothing(Value, frozen=True, kw_only=True, tag="none", tag_field="kind"):
    """None."""


class Sequence(Value, frozen=True, kw_only=True, tag="sequence", tag_field="kind"):
    """A tuple, list or named tuple."""

    type: str
    items: tuple[Node, ...]


class Mapping(Value, frozen=True, kw_only=True, tag="mapping", tag_field="kind"):
    """A dict with string keys."""

    type: str
    items: tuple[tuple[str, Node], ...]


class Opaque(Value, frozen=True, kw_only=True, tag="opaque", tag_field="kind"):
    """Anything else: only its type's name is told."""

    type: str


Node: TypeAlias = Tensor | Number | Text | Nothing | Sequence | Mapping | Opaque


class Frame(Value, frozen=True, kw_only=True):
    """A line of the student's own source in a traceback; `cell` is a `Cell.index`."""

    cell: int
    line: int
    function: str


class Raised(Value, frozen=True, kw_only=True):
    """An exception of the submission: type names from most to least specific, message cut, own frames only."""

    type: str
    bases: tuple[str, ...] = ()
    message: str = ""
    frames: tuple[Frame, ...] = ()


class Gradient(Value, frozen=True, kw_only=True):
    """d<cotangents, outputs>/d(slot): None where autograd found no path."""

    slot: str
    array: Array | None


class Claims(Value, frozen=True, kw_only=True):
    """What only the process that ran the submission can tell; it is backed by checks of the source."""

    modified: tuple[str, ...] = ()
    state_changed: tuple[str, ...] = ()
    repeatable: bool = True
    operators: tuple[tuple[str, int], ...] = ()
    peak_bytes: int = 0
    flops: int = 0
    used: tuple[str, ...] = ()


class Observation(Value, frozen=True, kw_only=True):
    """What one call returned, or what it raised; `values[i]` and `gradients[i]` belong to the i-th set of arguments.

    `missing`: the name is not defined. `backward`: what the backward pass raised. `state` is a module's state_dict as
    constructed, `buffers` its buffers after the call and `buffers_moved` those it changed.
    `magnitude` is that of the largest float a scenario drew; `trace` is there where it was asked for, and nothing else then.
    """

    missing: bool = False
    backward: Raised | None = None

    values: tuple[Node, ...] = ()
    gradients: tuple[tuple[Gradient, ...], ...] = ()
    buffers: tuple[tuple[str, Array], ...] = ()
    buffers_moved: tuple[str, ...] = ()
    state: tuple[tuple[str, Array], ...] = ()
    printed: str = ""
    magnitude: float = 1.0
    raised: Raised | None = None
    claims: Claims = Claims()
    trace: Trace | None = None


class Definition(Value, frozen=True, kw_only=True):
    """A top-level function, class, or assigned name in a submission, seen before anything ran.

    `untouched`: as in the starter, but for docstrings, comments, annotations and layout. Of a function, `params` are its
    parameters in order, `defaults` the plain values that some have, as their `repr`.
    """

    name: str
    cell: int
    line: int
    end_line: int
    untouched: bool = False
    loops: tuple[int, ...] = ()
    unfinished: bool = False
    params: tuple[str, ...] = ()
    defaults: tuple[tuple[str, str], ...] = ()


class Use(Value, frozen=True, kw_only=True):
    """A qualified name that the source mentions, import aliases resolved; `inside` is the top-level definition."""

    name: str
    cell: int
    line: int
    inside: str = ""


class Literal(Value, frozen=True, kw_only=True):
    """A number, not a whole one, that stands in the source."""

    value: float
    cell: int
    line: int


class Facts(Value, frozen=True, kw_only=True):
    """What reading the source told, before any of it was executed."""

    definitions: tuple[Definition, ...] = ()
    uses: tuple[Use, ...] = ()
    literals: tuple[Literal, ...] = ()
    broken: tuple[tuple[int, Raised], ...] = ()


class Ready(Value, frozen=True, kw_only=True):
    """A worker's first word: it is confined as `layers` says, and its clock may start."""

    layers: tuple[str, ...] = ()
    torch_version: str = ""


class CellResult(Value, frozen=True, kw_only=True):
    """How one cell of source ended."""

    cell: int
    status: Status
    raised: Raised | None = None
    output: str = ""


class Execution(Value, frozen=True, kw_only=True):
    """What was seen of one call. `detail` is for instructors: a signal's name, a protocol fault."""

    id: str
    status: Status
    observation: Observation | None = None
    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_bytes: int = 0
    output: str = ""
    detail: str = ""


class Run(Value, frozen=True, kw_only=True):
    """What was seen of one job: the reading, each cell, each call, and the isolation layers that were active."""

    facts: Facts = Facts()
    cells: tuple[CellResult, ...] = ()
    executions: tuple[Execution, ...] = ()
    layers: tuple[str, ...] = ()
    torch_version: str = ""


class Loaded(Value, frozen=True, kw_only=True):
    """The answer to a `Load` request."""

    facts: Facts = Facts()
    cells: tuple[CellResult, ...] = ()


class Performed(Value, frozen=True, kw_only=True):
    """The answer to a `PerformAll` request."""

    observations: tuple[Observation, ...] = ()


class Checked(Value, frozen=True, kw_only=True):
    """The answer to a `Check` request: what an author's predicate said, "" if it was content."""

    complaint: str = ""
    raised: Raised | None = None


class Expectation(Value, frozen=True, kw_only=True):
    """What the reference gave for one call: in the case's dtype, in float64, and how far the latter moves.

    `spread` has the structure of `oracle`: each array is the largest change of the float64 result under perturbations
    of the inputs by one unit in the last place of the case's dtype. Each of `own_errors` has it too: how far the
    reference in the case's dtype is off, with these inputs and with some that are perturbed, each by itself.
    """

    id: str
    status: Status
    actual: Observation = Observation()
    oracle: Observation = Observation()
    spread: Observation = Observation()
    own_errors: tuple[Observation, ...] = ()
    detail: str = ""


class Expected(Value, frozen=True, kw_only=True):
    """All that the reference gave for one exercise and seed.

    `state` holds the parameters and buffers of a module, `state_buffers` says which of them are buffers.
    """

    exercise: str
    seed: int
    state: tuple[tuple[str, Array], ...] = ()
    state_buffers: tuple[str, ...] = ()
    expectations: tuple[Expectation, ...] = ()


class Misconceptions(Value, frozen=True, kw_only=True):
    """What each known mistake of a reference gives: its name, and one execution a case."""

    executions: tuple[tuple[str, tuple[Execution, ...]], ...] = ()
