"""What each worker would else do anew for its first request, done once before the fork; nothing here touches a tensor."""

from __future__ import annotations

import importlib
import io

import torch
from torch.overrides import resolve_name

from grader import wire
from grader.model import Argument, Array, Call, Cell, Form, Load, Perform, Request
from grader.worker.inspection import inspect_cells
from grader.worker.load import execute
from grader.worker.serve import REQUEST_BYTES

SOURCE = """\
import torch
from torch import nn

LIMIT = 0.5


def helper(x, scale=1.0):
    return [scale * each for each in x if each > 0 and not each.isnan()]


def answer(x: torch.Tensor, **rest) -> torch.Tensor:
    \"\"\"Return twice the exponential.\"\"\"
    y, z = torch.exp(x), x.shape[0]
    for index in range(z):
        y[index] += 1
    if z > 3:
        y = y.clamp(min=LIMIT)
    return (y * 2 - rest.get("a", 0)).mean(dim=-1)
"""
TIMES = 20
"""So often Python has to run code until it has made it fast; what is fast here is so in every child."""


def rehearse() -> None:
    """Import numpy.random (15 ms at its first use), fill torch's table of names (20 ms) and msgspec's of fields (5 ms)."""
    importlib.import_module("numpy.random")
    resolve_name(torch.exp)
    cells = (Cell(index=0, source=SOURCE, where="rehearsal"),)
    argument = Argument(name="x", array=Array("float32", (1,), bytes(4)))
    call = Call(id="", entry="answer", form=Form.FUNCTION, arguments=((argument,),))
    for _ in range(TIMES):
        for request in (Load(mode="read", cells=cells), Perform(call=call)):
            wire.decode(wire.encode(request), Request, header_bytes=REQUEST_BYTES)  # type: ignore[arg-type]
        inspect_cells(cells, (("answer", SOURCE),))
        execute(cells, {}, definitions_only=True)


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
