"""Running an author's scenario with the student's names and drawn inputs."""

from __future__ import annotations

from collections.abc import Iterable
from functools import wraps
from types import FunctionType
from typing import Any

import torch

from grader import draw
from grader.arrays import from_numpy, to_numpy, ulp_jitter
from grader.model import Call
from grader.worker.tensors import to_array, to_tensor


class Student:
    """The names that a submission defines, as attributes."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self.__dict__ = namespace


class Draw:
    """Draws inputs for a scenario; each draw is its own stream, so order does not matter to the others.

    `watch` names a draw whose gradient is observed. Floats come in the case's dtype; for the float64 reference they
    are the same numbers, moved by an ulp of float32 where the tolerance is being measured.
    """

    def __init__(self, call: Call) -> None:
        self._call = call
        self._count = 0
        self.watched: dict[str, torch.Tensor] = {}
        self._drawn: list[tuple[str, torch.Tensor, Any]] = []

    def normal(self, axes: str, *, std: float = 1.0, watch: str | None = None, **sizes: int) -> torch.Tensor:
        """Normal values of mean 0 and standard deviation `std`."""
        return self._floats(self._rng().standard_normal(_shape(axes, sizes)) * std, watch)

    def uniform(self, axes: str, low: float, high: float, *, watch: str | None = None, **sizes: int) -> torch.Tensor:
        """Values from [low, high)."""
        return self._floats(self._rng().uniform(low, high, _shape(axes, sizes)), watch)

    def probs(self, axes: str, *, watch: str | None = None, **sizes: int) -> torch.Tensor:
        """Rows that sum to 1 over the last axis."""
        return self._floats(draw.probabilities(self._rng(), _shape(axes, sizes)), watch)

    def log_probs(self, axes: str, *, watch: str | None = None, **sizes: int) -> torch.Tensor:
        """Rows whose exponentials sum to 1 over the last axis."""
        return self._floats(draw.log_probabilities(self._rng(), _shape(axes, sizes)), watch)

    def binary(self, axes: str, **sizes: int) -> torch.Tensor:
        """Zeros and ones, as floats."""
        return self._floats(draw.binary(self._rng(), _shape(axes, sizes)), None, jitter=False)

    def integers(self, axes: str, *, below: int, low: int = 0, **sizes: int) -> torch.Tensor:
        """Integers from [low, below), int64."""
        return self._keep(to_tensor(from_numpy(draw.integers(self._rng(), _shape(axes, sizes), low, below), "int64")))

    def modified(self) -> tuple[str, ...]:
        """Return the names of the draws whose values are no longer what they were."""
        return tuple(name for name, tensor, array in self._drawn if to_array(tensor) != array)

    def magnitude(self) -> float:
        """Return the largest absolute value among the floats drawn, at least 1."""
        floats = [
            tensor.detach().abs().max() for _, tensor, _ in self._drawn if tensor.is_floating_point() and tensor.numel()
        ]
        return max([1.0, *(float(largest) for largest in floats)])

    def _rng(self) -> Any:
        self._count += 1
        return draw.stream(self._call.seed, self._call.scenario, self._count)

    def _floats(self, values: Any, watch: str | None, *, jitter: bool = True) -> torch.Tensor:
        call = self._call
        dtype = "float32" if call.precision == "float64" else call.precision  # float64 is the same numbers, widened
        values = to_numpy(from_numpy(values, dtype))
        if jitter and call.jitter:
            values = ulp_jitter(values, dtype, draw.stream(call.seed, "jitter", call.jitter, self._count))
        tensor = to_tensor(from_numpy(values, call.precision))
        if watch:
            self.watched[watch] = tensor.requires_grad_()
        return self._keep(tensor, watch)

    def _keep(self, tensor: torch.Tensor, watch: str | None = None) -> torch.Tensor:
        self._drawn.append((watch or f"draw {self._count}", tensor, to_array(tensor)))
        return tensor


def _shape(axes: str, sizes: dict[str, int]) -> tuple[int, ...]:
    return tuple(int(axis) if axis.isdigit() else sizes[axis] for axis in _words(axes))


def _words(axes: str) -> Iterable[str]:
    return axes.split()


def run(call: Call, namespace: dict[str, Any], harness: dict[str, Any], drawing: Draw) -> dict[str, Any]:
    """Call the scenario named in `call`; raises whatever it, or the student's code in it, raises."""
    assert call.scenario is not None
    function = harness[call.scenario]
    names = namespace | {call.alias: namespace[call.entry]} if call.alias else namespace
    if call.precision == "float64":  # the reference, as what answers are held against
        names = {name: _widened(value) for name, value in names.items()}
    slots = function(Student(names), drawing)
    return slots if isinstance(slots, dict) else {"result": slots}


def _widened(value: Any) -> Any:
    """Return a class of modules, or a function, whose modules are in float64: made in float32, then turned.

    What it draws for its parameters is the same then as in float32.
    """
    if isinstance(value, type) and issubclass(value, torch.nn.Module):

        class Wide(value):
            def __init__(self, *args: Any, **keywords: Any) -> None:
                super().__init__(*args, **keywords)
                self.double()

        Wide.__name__ = value.__name__
        return Wide
    if not isinstance(value, FunctionType):
        return value

    @wraps(value)
    def call(*args: Any, **keywords: Any) -> Any:
        result = value(*args, **keywords)
        return result.double() if isinstance(result, torch.nn.Module) else result

    return call
