"""What each worker would else do anew for its first request, done once before the fork."""

from __future__ import annotations

import contextlib
import importlib
import io
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch.overrides import resolve_name

from grader import wire
from grader.arrays import from_numpy
from grader.model import Argument, Call, Cell, Form, Load, Perform, Request
from grader.worker.inspection import inspect_cells
from grader.worker.load import execute
from grader.worker.observe import perform
from grader.worker.serve import REQUEST_BYTES

SOURCE = """\
import torch
from torch import nn
from torch.nn import functional as F

LIMIT = 0.5


def helper(x, scale=1.0):
    return [scale * each for each in x if each > 0 and not each.isnan()]


def answer(x: torch.Tensor, target: torch.Tensor, *, scale: float = 2.0, **rest) -> torch.Tensor:
    \"\"\"Return some loss.\"\"\"
    p, z = torch.softmax(x, dim=-1), x.shape[0]
    for index in range(z):
        z += index
    if z > 3:
        p = p.clamp(min=LIMIT)
    y = torch.where(target > 0, F.log_softmax(x, dim=-1), F.logsigmoid(-x).exp()) - p.log() / scale
    return (y * target + torch.sigmoid(x) ** 2 - rest.get("a", 0)).sum(dim=-1).mean()
"""
TIMES = 10
"""So often Python has to run code until it has made it fast; what is fast here is so in every child."""


def rehearse() -> None:
    """Observe a small answer as a student's is observed: a worker's first call takes half as long after it.

    With one thread torch starts none for that, neither for operators nor for `backward`; a process with more is not
    confined (`grader.confine`).
    """
    importlib.import_module("numpy.random")
    resolve_name(torch.exp)
    cells = (Cell(index=0, source=SOURCE, where="rehearsal"),)
    x, target = (from_numpy(np.full((2, 2), 0.5), "float32") for _ in range(2))
    arguments = (Argument(name="x", array=x, watch=True), Argument(name="target", array=target))
    call = Call(id="", entry="answer", form=Form.FUNCTION, arguments=(arguments,), counted=True)
    with _generators_kept():
        for _ in range(TIMES):
            for request in (Load(mode="read", cells=cells), Perform(call=call)):
                wire.decode(wire.encode(request), Request, header_bytes=REQUEST_BYTES)  # type: ignore[arg-type]
            inspect_cells(cells, (("answer", SOURCE),))
            namespace: dict[str, Any] = {}
            execute(cells, namespace, definitions_only=True)
            wire.encode(perform(call, namespace, {}, {}))


@contextlib.contextmanager
def _generators_kept() -> Iterator[None]:
    """Leave the global random generators as a fresh process has them."""
    states = torch.default_generator.get_state(), np.random.get_state(), random.getstate()
    yield
    torch.default_generator.set_state(states[0])
    np.random.set_state(states[1])
    random.setstate(states[2])


def draw() -> None:
    """Draw a plot: the first one takes matplotlib 0.1 s more, for fonts and tables, and 20 ms to look for backends."""
    from matplotlib.backends.registry import backend_registry  # noqa: PLC0415 - only notebooks that plot need it
    from matplotlib.figure import Figure  # noqa: PLC0415

    backend_registry.resolve_backend("inline")  # type: ignore[no-untyped-call]
    figure = Figure()
    axes = figure.subplots()
    axes.plot((0, 1), label="$x$")
    axes.set_title("a title")
    axes.legend()
    figure.savefig(io.BytesIO(), format="png")
