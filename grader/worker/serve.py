"""The worker's loop: one request in, one reply out, until the pipe ends."""

from __future__ import annotations

import io
import os
import sys
from dataclasses import dataclass, field
from typing import Any

import msgspec
import torch

from grader import wire
from grader.errors import WireError
from grader.model import (
    Call,
    Cell,
    Check,
    Checked,
    Describe,
    Described,
    Fault,
    Load,
    Loaded,
    Observation,
    Perform,
    PerformAll,
    Performed,
    Ready,
    Request,
)
from grader.worker import script
from grader.worker.inspection import inspect_cells, runnable
from grader.worker.load import execute, file_name, new_namespace, raised_by, run_source
from grader.worker.observe import perform
from grader.worker.tensors import from_node

HARNESS = "<exercise>"
REQUEST_BYTES = 1 << 30


@dataclass
class Session:
    """What one worker remembers between requests."""

    namespace: dict[str, Any] = field(default_factory=new_namespace)
    harness: dict[str, dict[str, Any]] = field(default_factory=dict)
    harness_sources: dict[str, str] = field(default_factory=dict)
    code_cells: dict[str, int] = field(default_factory=dict)
    connection_file: str = ""


class Channel:
    """The worker's end of the pipe."""

    def __init__(self, receive_fd: int, send_fd: int) -> None:
        self.receive_fd, self.send_fd = receive_fd, send_fd

    def receive(self) -> tuple[bytes, Request]:
        """Return (nonce, request); raises `EOFError` when the other side has gone."""
        nonce, block = wire.read_frame(lambda count: os.read(self.receive_fd, count), REQUEST_BYTES)
        return nonce, wire.decode(block, Request, header_bytes=REQUEST_BYTES)  # type: ignore[arg-type]

    def send(self, nonce: bytes, value: msgspec.Struct) -> None:
        """Send a reply, after everything printed so far."""
        flush()
        wire.write_frame(self._write, nonce, wire.encode(value))

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self.send_fd, view) :]


def flush() -> None:
    """Push what the submission printed to the descriptors; it may have put anything in the place of `sys.stdout`.

    A kernel's streams are not flushed: they go to nobody after the cells, and each would wait for another thread.
    """
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        if isinstance(stream, io.TextIOWrapper) and not stream.closed:
            stream.flush()


def serve(channel: Channel, layers: tuple[str, ...]) -> None:
    """Say that this worker is ready, then answer requests until the other side closes the pipe."""
    channel.send(bytes(16), Ready(layers=layers, torch_version=str(torch.__version__)))
    session = Session()
    try:
        while not session.connection_file:
            answer(channel, session)
        from grader.worker.kernel import run_kernel  # noqa: PLC0415 - only notebooks need IPython

        run_kernel(channel, session)
    except EOFError:
        return


def answer(channel: Channel, session: Session) -> None:
    """Answer the next request. Raises `EOFError` at the end."""
    nonce, request = channel.receive()
    channel.send(nonce, _reply(request, session))


def _reply(request: Request, session: Session) -> msgspec.Struct:
    match request:
        case Load():
            return _load(request, session)
        case Perform():
            return _perform(request.call, session)
        case PerformAll():
            return Performed(observations=tuple(_perform(call, session) for call in request.calls))
        case Describe():
            return _describe(request)
        case Check():
            return _check(request)


def _perform(call: Call, session: Session) -> Observation:
    harness = _harness(call.alias, session) if call.scenario else {}
    return perform(call, session.namespace, harness, session.code_cells)


def _load(request: Load, session: Session) -> Loaded:
    if request.mode == "read":
        return Loaded(facts=inspect_cells(request.cells, request.stubs))
    session.harness_sources = dict(request.harness)
    session.namespace[script.CELLS] = tuple((file_name(cell), runnable(cell), cell.tags) for cell in request.cells)
    if request.mode == "notebook":
        session.connection_file = request.connection_file
        session.code_cells = _kernel_names(request.cells)
        return Loaded()
    definitions_only = request.mode == "definitions"
    cells = request.cells
    if definitions_only:  # a notebook's cells may hold magics, which only a kernel would understand
        cells = tuple(msgspec.structs.replace(cell, source=runnable(cell)) for cell in cells)
    results = execute(cells, session.namespace, definitions_only=definitions_only)
    return Loaded(cells=results)


def _kernel_names(cells: tuple[Cell, ...]) -> dict[str, int]:
    """Return the names that the kernel's compiler gives to cells."""
    from ipykernel.compiler import get_file_name  # noqa: PLC0415 - only notebooks need IPython

    return {get_file_name(cell.source): cell.index for cell in cells}


def _harness(exercise: str, session: Session) -> dict[str, Any]:
    if exercise not in session.harness:
        namespace: dict[str, Any] = {"__name__": "exercise"}
        raised = run_source(session.harness_sources[exercise], HARNESS, namespace)
        if raised is not None:
            raise RuntimeError(f"the exercise file does not load: {raised.type}: {raised.message}")
        session.harness[exercise] = namespace
    return session.harness[exercise]


def _describe(request: Describe) -> Described:
    namespace: dict[str, Any] = {"__name__": "exercise"}
    raised = run_source(request.source, request.path, namespace)
    if raised is not None:
        fault = Fault(
            place=request.path,
            problem=f"the file does not load: {raised.type}: {raised.message}",
            cure="Mend the error; an exercise file must import without running anything.",
        )
        return Described(faults=(fault,))
    declared = [value for value in namespace.values() if hasattr(value, "__grader_describe__")]
    if len(declared) != 1:
        fault = Fault(
            place=request.path,
            problem=f"the file declares {len(declared)} exercises",
            cure="Decorate exactly one stub with @exercise(...); one file holds one exercise.",
        )
        return Described(faults=(fault,))
    try:
        described: Described = declared[0].__grader_describe__(request.source, request.path, request.lesson)
        return wire.decode(wire.encode(described), Described, header_bytes=REQUEST_BYTES)
    except (TypeError, ValueError, AttributeError, WireError) as error:
        fault = Fault(
            place=request.path,
            problem=f"something in the declaration has the wrong type: {error}",
            cure="Look at what `exercise`, `case` and `scenario` take, in grader/spec/vocabulary.py.",
        )
        return Described(faults=(fault,))


def _check(request: Check) -> Checked:
    namespace: dict[str, Any] = {"__name__": "exercise"}
    raised = run_source(request.harness, HARNESS, namespace)
    if raised is None:
        try:
            said = namespace[request.predicate](from_node(request.node))
        except Exception as error:
            raised = raised_by(error)
        else:
            return Checked(complaint=_complaint(said))
    return Checked(raised=raised)


def _complaint(said: object) -> str:
    if said is None or said is True:
        return ""
    return said if isinstance(said, str) and said else "the author's check was not content with this value"
