"""What a student hands in, and what goes into the sandbox."""

from __future__ import annotations

from typing import TypeAlias

from grader.model.base import Array, Pairs, Scalar, Value
from grader.model.exercise import Form, Limits
from grader.model.observed import Node


class Cell(Value, frozen=True, kw_only=True):
    """One piece of source. `where` is how a person finds it: "cell 3" or the file's name; `index` counts from 0."""

    index: int
    source: str
    where: str
    tags: tuple[str, ...] = ()


class Submission(Value, frozen=True, kw_only=True):
    """A file as it was read; nothing of it has been executed."""

    name: str
    notebook: bool
    cells: tuple[Cell, ...]
    digest: str
    lesson: str | None = None
    exercises: tuple[str, ...] = ()


class Argument(Value, frozen=True, kw_only=True):
    """One argument of a call: an array or a plain value. `watch` asks for its gradient."""

    name: str
    array: Array | None = None
    scalar: Scalar = None
    layout: str = "contiguous"
    watch: bool = False


class Call(Value, frozen=True, kw_only=True):
    """One thing to run and observe: `entry`, which a scenario sees under the name `alias`.

    A second set of arguments is written over the first set's memory and run too. `precision` is the dtype of a
    scenario's draws, `seed` feeds cotangents and scenarios, `jitter` numbers the ulp perturbation of a scenario's draws
    (0: none), `shaken` asks for one of each operation's result, `traced` for the steps alone, `state` holds parameters and
    buffers for a module; `state_buffers` says which are buffers. `counted` asks for a second, instrumented run: operators
    dispatched, and whether the result repeats.
    """

    id: str
    entry: str
    alias: str = ""
    form: Form
    arguments: tuple[tuple[Argument, ...], ...] = ()
    by_keyword: bool = False
    by_position: bool = False
    init: Pairs = ()
    state: tuple[tuple[str, Array], ...] = ()
    state_buffers: tuple[str, ...] = ()
    training: bool = True
    outputs: tuple[str, ...] = ()
    second_order: tuple[str, ...] = ()
    scenario: str | None = None
    precision: str = "float32"
    jitter: int = 0
    shaken: bool = False
    traced: bool = False
    counted: bool = True
    seed: int = 0
    timeout_s: float = 10.0


class Job(Value, frozen=True, kw_only=True):
    """Source to load and calls to make; holds neither reference nor identity.

    `harness` pairs exercises with their files' source, `stubs` with their starters. `mode` says how cells are run:
    "module" (one namespace), "definitions" (imports and definitions only),
    "notebook" (a Jupyter kernel). `together` calls are asked for at once, where nobody's limits are at stake.
    """

    mode: str
    cells: tuple[Cell, ...]
    calls: tuple[Call, ...] = ()
    harness: tuple[tuple[str, str], ...] = ()
    stubs: tuple[tuple[str, str], ...] = ()
    limits: Limits = Limits()
    together: int = 1


class Load(Value, frozen=True, kw_only=True, tag="load", tag_field="kind"):
    """Read the source, then execute it as `mode` says; a notebook's kernel starts with `connection_file`."""

    mode: str
    cells: tuple[Cell, ...]
    harness: tuple[tuple[str, str], ...] = ()
    stubs: tuple[tuple[str, str], ...] = ()
    connection_file: str = ""


class Perform(Value, frozen=True, kw_only=True, tag="perform", tag_field="kind"):
    """Make one call and observe it."""

    call: Call


class PerformAll(Value, frozen=True, kw_only=True, tag="perform_all", tag_field="kind"):
    """Make several calls, one after the other, and observe each."""

    calls: tuple[Call, ...]


class Describe(Value, frozen=True, kw_only=True, tag="describe", tag_field="kind"):
    """Read an exercise file."""

    source: str
    path: str
    lesson: str


class Check(Value, frozen=True, kw_only=True, tag="check", tag_field="kind"):
    """Ask a predicate of an exercise file about a decoded observation."""

    harness: str
    predicate: str
    node: Node


Request: TypeAlias = Load | Perform | PerformAll | Describe | Check
