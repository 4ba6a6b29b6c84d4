"""What a call computed on its way: each operation with the numbers that went in and came out."""

from __future__ import annotations

from grader.model.base import Array, Value

MAX_STEPS = 400
MAX_ARRAYS = 1000
MAX_TRACED_BYTES = 4 << 20
"""What is longer is not written down, and not believed."""


class Step(Value, frozen=True, kw_only=True):
    """One operation that torch dispatched, and the line of the submission that asked for it.

    `inputs` and `outputs` are numbers of `Trace.arrays`; `options` are the arguments that are no tensors, as text.
    """

    operation: str
    cell: int
    line: int
    inputs: tuple[int, ...] = ()
    outputs: tuple[int, ...] = ()
    options: tuple[str, ...] = ()


class Trace(Value, frozen=True, kw_only=True):
    """The steps of one call in their order; equal arrays are kept once.

    `names` pairs what the source calls an array with its number; `results` are those that were returned.
    """

    arrays: tuple[Array, ...] = ()
    steps: tuple[Step, ...] = ()
    names: tuple[tuple[str, int], ...] = ()
    results: tuple[int, ...] = ()
