"""What an author writes, as plain values."""

from __future__ import annotations

from enum import StrEnum

from grader.model.base import Pairs, Scalar, Value

SMALL, LARGE = "a small batch", "a large batch"
"""The names of the two cases that count what a call costs."""


class Kind(StrEnum):
    """How a parameter's values are drawn."""

    FLOAT = "float"
    INT = "int"
    BINARY = "binary"
    BOOL = "bool"
    PROBS = "probs"
    LOG_PROBS = "log_probs"
    SCALAR = "scalar"


class Form(StrEnum):
    """What a student hands in: a function, an `nn.Module` class, or a cell of statements."""

    FUNCTION = "function"
    MODULE = "module"
    SCRIPT = "script"


class Param(Value, frozen=True, kw_only=True):
    """One parameter of the stub.

    `axes` are axis names or decimal sizes. An INT is drawn from [`low`, `high`), where either bound may name an axis.
    `mix` is a number, or the name of a scalar parameter, that replaces a share `mix_share` of the drawn values.
    """

    name: str
    kind: Kind
    axes: tuple[str, ...] = ()
    low: int | float | str = 0
    high: int | float | str | None = None
    mix: int | float | str | None = None
    mix_share: float = 0.25
    default: Scalar = None
    required: bool = True
    annotation: str = ""


class Tolerance(Value, frozen=True, kw_only=True):
    """An author's own limits for |got - expected| <= atol + rtol·|expected|; both or neither."""

    rtol: float
    atol: float


class Case(Value, frozen=True, kw_only=True):
    """One call with drawn inputs, or one scenario, and what is compared afterwards.

    `sizes`, `std`, `fill`, `share` override drawing by axis or parameter; `args` sets scalar parameters.
    `omit` names optional tensor parameters left at their default; `scenario` names a function of the exercise file.
    `counted` asks for operators, bytes and FLOPs even of a companion. `checks` pairs an observed slot with the author's
    predicate for it. Of a `hidden` case a student's report tells the name alone, and a bundle has nothing of it.
    """

    name: str
    why: str = ""
    criterion: str = "correctness"
    weight: float = 1.0
    companion: bool = False
    hidden: bool = False
    sizes: tuple[tuple[str, int], ...] = ()
    std: tuple[tuple[str, float], ...] = ()
    fill: tuple[tuple[str, str], ...] = ()
    share: tuple[tuple[str, float], ...] = ()
    args: Pairs = ()
    omit: tuple[str, ...] = ()
    dtype: str = "float32"
    layout: str = "contiguous"
    by_keyword: bool = False
    by_position: bool = False
    gradients: tuple[str, ...] | None = None
    training: bool = True
    calls: int = 1
    counted: bool = False
    values_agreed: bool = True
    scenario: str | None = None
    checks: tuple[tuple[str, str], ...] = ()


class Limits(Value, frozen=True, kw_only=True):
    """What one call, one cell, and one submission may use; seconds and bytes."""

    call_s: float = 10.0
    cell_s: float = 60.0
    submission_s: float = 600.0
    memory_bytes: int = 2 << 30
    output_bytes: int = 1 << 20
    reply_bytes: int = 64 << 20


class Exercise(Value, frozen=True, kw_only=True):
    """All that the trusted side knows of an exercise: everything but the answer.

    `second_order` names parameters whose second derivative is compared. `fresh`: results share no memory with inputs.
    `vectorised`: as many operators for a large batch as for a small one. `max_memory` and `max_flops` bound bytes and
    floating-point operations, as multiples of the reference's, at the larger of two sizes.
    """

    id: str
    lesson: str
    title: str
    statement: str
    form: Form
    params: tuple[Param, ...]
    result: tuple[str, ...] | None
    outputs: tuple[str, ...] = ()
    prints: bool = False
    cases: tuple[Case, ...]
    gradients: tuple[str, ...] = ()
    detached: tuple[str, ...] = ()
    points: float
    forbid: tuple[str, ...] = ()
    require: tuple[str, ...] = ()
    second_order: tuple[str, ...] = ()
    fresh: bool = False
    state_dict: bool = False
    vectorised: bool = False
    max_memory: float | None = None
    max_flops: float | None = None
    tolerance: Tolerance | None = None
    limits: Limits = Limits()
    notebook: str = "run"
    trains: bool = False
    hints: tuple[str, ...] = ()
    starter: str
    init: Pairs = ()
    source: str
    digest: str
    companions_off: Pairs = ()


class Fault(Value, frozen=True, kw_only=True):
    """A mistake in an exercise file: where, what, and how to mend it."""

    place: str
    problem: str
    cure: str


class Described(Value, frozen=True, kw_only=True):
    """What reading an exercise file gave: the exercise, or all its faults."""

    exercise: Exercise | None = None
    faults: tuple[Fault, ...] = ()
