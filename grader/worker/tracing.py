"""Every step of a call written down: which line asked for it, what went in, and what came out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any

import torch

from grader.model import MAX_ARRAYS, MAX_STEPS, MAX_TRACED_BYTES, Array, Step, Trace
from grader.worker.claims import Watching
from grader.worker.load import cell_of, printable
from grader.worker.tensors import tensors_in, to_array

MAX_OPTION = 40
PLACEMENT = {"device", "dtype", "layout", "memory_format", "non_blocking", "pin_memory"}


class TooLong(Exception):  # noqa: N818 - nobody is told
    """A call has more steps, or larger ones, than are kept."""


class Tracing(Watching):
    """Writes down what is dispatched in its `with` by lines of the submission; `cells` is as in `load.cell_of`."""

    def __init__(self, cells: dict[str, int]) -> None:
        super().__init__()
        self.cells = cells
        self.numbers: dict[Array, int] = {}
        self.steps: list[Step] = []
        self.names: dict[tuple[str, int], None] = {}
        self.made: set[int] = set()
        self._bytes = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        place = self._place()
        if place is None:
            return func(*args, **kwargs)
        inputs: list[int] = []
        options: list[str] = []
        for name, value in [*(("", each) for each in args), *kwargs.items()]:
            self._take(name, value, inputs, options)
        result = func(*args, **kwargs)
        outputs = [self._number(tensor) for _, tensor in tensors_in(result)]
        if func._schema.is_mutable:  # what is written into a part changes the whole
            wholes = [tensor._base for _, tensor in tensors_in(args) if tensor._is_view()]
            outputs += [self._number(whole) for whole in wholes if whole is not None]
        if set(outputs) <= set(inputs):  # nothing is computed: a view, or a part of autograd's own work
            return result
        if len(self.steps) >= MAX_STEPS:
            raise TooLong
        operation = func._schema.name.partition("::")[2][:MAX_OPTION]
        self.made.update(outputs)
        cell, line = place
        self.steps.append(
            Step(
                operation=operation,
                cell=cell,
                line=line,
                inputs=tuple(inputs),
                outputs=tuple(outputs),
                options=tuple(options),
            )
        )
        return result

    def trace(self, result: Any) -> Trace:
        """Return what was written down of a call that returned `result`."""
        results = tuple(self._number(tensor) for _, tensor in tensors_in(result))
        return Trace(arrays=tuple(self.numbers), steps=tuple(self.steps), names=tuple(self.names), results=results)

    def _place(self) -> tuple[int, int] | None:
        """Return the cell and the line of the submission that is running; learn what its variables are called."""
        frame: FrameType | None = sys._getframe(2)
        while frame is not None:
            cell = cell_of(frame.f_code.co_filename, self.cells)
            if cell is not None:
                self._learn(frame)
                return cell, frame.f_lineno
            frame = frame.f_back
        return None

    def _learn(self, frame: FrameType) -> None:
        """Name arrays; a variable that is given what was computed meanwhile would stand for two things."""
        known = {name for name, _ in self.names}
        for name, value in _variables(frame):
            number = self._number(value)
            if len(name) <= MAX_OPTION and (name not in known or number not in self.made):
                self.names[name, number] = None

    def _take(self, name: str, value: Any, inputs: list[int], options: list[str]) -> None:
        tensors = tensors_in(value)
        if tensors:
            inputs += [self._number(tensor) for _, tensor in tensors]
        elif name not in PLACEMENT and value is not None:
            text = printable(repr(value)[:MAX_OPTION])
            options.append(f"{name}={text}" if name else text)

    def _number(self, tensor: torch.Tensor) -> int:
        array = to_array(torch.view_as_real(tensor.resolve_conj()) if tensor.is_complex() else tensor)
        if array is None:
            raise TooLong
        if array not in self.numbers:
            self._bytes += len(array.data)
            if self._bytes > MAX_TRACED_BYTES or len(self.numbers) >= MAX_ARRAYS:
                raise TooLong
            self.numbers[array] = len(self.numbers)
        return self.numbers[array]


def _variables(frame: FrameType) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield the tensors that a function has at hand, by name; those of a module that it has as `self.weight`."""
    for name, value in frame.f_locals.items():
        if isinstance(value, torch.Tensor) and name.isidentifier():
            yield name, value
        elif isinstance(value, torch.nn.Module):
            own = [*value.named_parameters(name), *value.named_buffers(name)]
            yield from ((inner, tensor) for inner, tensor in own if isinstance(tensor, torch.Tensor))
