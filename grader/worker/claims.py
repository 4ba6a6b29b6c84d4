"""What only this process can tell of a call: what it changed behind the caller's back, and what torch dispatched."""

from __future__ import annotations

import inspect
import random
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Any

import numpy as np
import torch
from torch.overrides import TorchFunctionMode, resolve_name
from torch.utils._python_dispatch import TorchDispatchMode

STATE: dict[str, tuple[Callable[[], Any], Callable[[Any], Any]]] = {
    "default dtype": (torch.get_default_dtype, torch.set_default_dtype),
    "grad mode": (torch.is_grad_enabled, torch.set_grad_enabled),
    "inference mode": (torch.is_inference_mode_enabled, lambda _: None),
    "number of threads": (torch.get_num_threads, torch.set_num_threads),
    "deterministic algorithms": (
        torch.are_deterministic_algorithms_enabled,
        torch.use_deterministic_algorithms,
    ),
    "anomaly detection": (torch.is_anomaly_enabled, torch.set_anomaly_enabled),
    "matmul precision": (torch.get_float32_matmul_precision, torch.set_float32_matmul_precision),
    "numpy error handling": (np.geterr, lambda old: np.seterr(**old)),
}
"""Process-wide settings: how each is read, and put back."""


def _numpy_state() -> bytes:
    state: Any = np.random.get_state(legacy=False)
    return bytes(state["state"]["key"].tobytes()) + bytes(str(state["state"]["pos"]), "ascii")


GENERATORS: dict[str, Callable[[], Any]] = {
    "torch's random generator": lambda: torch.default_generator.get_state().numpy().tobytes(),
    "numpy's random generator": _numpy_state,
    "Python's random generator": random.getstate,
}
"""Global generators: whoever draws from or seeds one changes what everybody else draws."""


RANDOM_SEED = "seed of torch's random generator"
"""Whoever sets it makes all later draws the same; who only draws leaves it alone."""


def state_now() -> dict[str, Any]:
    """Return every process-wide setting that a call must leave alone."""
    return {name: read() for name, (read, _) in STATE.items()}


def generators_now() -> dict[str, Any]:
    """Return the state of every global random generator."""
    return {name: read() for name, read in GENERATORS.items()}


def restore(before: dict[str, Any]) -> tuple[str, ...]:
    """Put settings back; return the names of those that had changed."""
    changed = tuple(name for name, value in state_now().items() if value != before[name])
    for name in changed:
        STATE[name][1](before[name])
    return changed


def seed_everything(seed: int) -> None:
    """Seed torch, numpy and random."""
    torch.default_generator.manual_seed(seed)  # torch.manual_seed also prepares GPUs, at 0.3 ms a call
    np.random.seed(seed % 2**32)
    random.seed(seed)


class Counting:
    """Counts operators dispatched, functions called by name, and bytes of new outputs, inside its `with`."""

    def __init__(self) -> None:
        self.operators: Counter[str] = Counter()
        self.functions: Counter[str] = Counter()
        self.bytes = self.flops = 0
        self._modes = (_Functions(self), _Operators(self))

    def __enter__(self) -> Counting:
        for mode in self._modes:
            mode.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for mode in reversed(self._modes):
            mode.__exit__(kind, error, trace)


class Watching(TorchDispatchMode):
    """A mode that sees every operation that torch dispatches."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Keep torch from importing `torch._dynamo` (1.4 s) to guard this mode against compilation."""
        return False


class _Operators(Watching):
    def __init__(self, counting: Counting) -> None:
        super().__init__()
        self.counting = counting

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        self.counting.flops += _flops(str(func), args, result)
        self.counting.operators[str(func).rpartition(".")[0] or str(func)] += 1
        for item in result if isinstance(result, tuple | list) else (result,):
            if isinstance(item, torch.Tensor):
                self.counting.bytes += item.numel() * item.element_size()
        return result


def _flops(name: str, args: tuple[Any, ...], result: Any) -> int:
    """Return the floating-point operations of a matrix product or convolution: a multiplication and an addition each.

    Everything else costs one operation an element of its result.
    """
    operator = name.split(".")[1] if "." in name else name
    if not isinstance(result, torch.Tensor):
        return 0
    if operator in {"mm", "bmm"}:
        return int(2 * result.numel() * args[0].shape[-1])
    if operator in {"addmm", "baddbmm"}:
        return int(2 * result.numel() * args[1].shape[-1])
    if operator == "convolution":
        return int(2 * result.numel() * args[1].numel() // max(args[1].shape[0], 1))
    return int(result.numel())


_NAME = inspect.unwrap(resolve_name)
"""Without torch's wrapper, which filters warnings anew for every call, at 20 µs; the table is made in the rehearsal."""


class _Functions(TorchFunctionMode):
    def __init__(self, counting: Counting) -> None:
        super().__init__()
        self.counting = counting

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = _NAME(func) or getattr(func, "__qualname__", "")
        self.counting.functions[str(name)[:200]] += 1
        return func(*args, **(kwargs or {}))
