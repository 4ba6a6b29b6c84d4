"""Executing a notebook's cells with nbclient in a kernel that lives in an existing worker."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import queue
import re
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import zmq
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.connect import write_connection_file
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import KernelProvisionerBase
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, CellTimeoutError, DeadKernelError

from grader.model import Cell, CellResult, Frame, Limits, Raised, Status
from grader.sandbox.line import SandboxError
from grader.sandbox.memory import SAMPLE_S, Excess
from grader.sandbox.relay import CHANNELS, SOCKETS, Relay
from grader.sandbox.worker import CONNECTION, Worker

START_S = 60
IDLE = {"execution_state": "idle"}
OUTPUT_CHARS = 4_000
MAX_MESSAGE = 32 << 20
MAX_AHEAD = 16
PORTS = ("shell", "iopub", "stdin", "hb", "control")
AROUND = 1 << 20
"""Bytes that a kernel may send besides its output: to say that it is there."""
AROUND_A_CELL = 1 << 15
"""Bytes that a kernel may send for each cell besides its output: its source again, that it is busy, and idle."""
LOG = logging.getLogger("grader.sandbox.notebook")
LOG.addHandler(logging.NullHandler())
LOG.propagate = False


@dataclass(frozen=True)
class Ran:
    """How the cells ended; `died_in` is the one that killed the kernel or ran out of time."""

    cells: tuple[CellResult, ...]
    died_in: CellResult | None = None


def execute(cells: tuple[Cell, ...], manager: AsyncKernelManager, limits: Limits, deadline: float = math.inf) -> Ran:
    """Run cells in order in the kernel of a prepared worker. An error in one does not stop the rest; a death does.

    After `deadline`, by the monotonic clock, no further cell is run.
    """
    with _interruptible():
        return asyncio.run(_execute(cells, manager, limits, deadline))


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C end what runs: asyncio's own handler cancels the task, which nbclient takes for a kernel that died."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)  # asyncio leaves any other handler than Python's own alone
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


class _Client(NotebookClient):  # type: ignore[misc]
    """Stops taking outputs, and lets the worker die, once a notebook has put out more than it may."""

    output_limit = 0
    seen = 0
    flooded = False

    def stop(self) -> None:
        """End a kernel that sends too much."""
        self.flooded = True
        self.km.provisioner.worker.kill()

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        self.seen += len(str(msg.get("content", "")))
        if self.seen > self.output_limit:
            self.stop()
            return None
        try:
            return super().process_message(msg, cell, cell_index)
        except CellControlSignal:
            raise
        except Exception:  # a submission can send anything over its kernel's sockets: what is no message is not heard
            return None


class _KernelClient(AsyncKernelClient):  # type: ignore[misc]
    """Knows that a kernel is ready by its first word on both channels; the stock client waits another 0.2 s.

    ZeroMQ reads a message whole, and many of them ahead, before anybody can count bytes: here it drops the connection.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.context.setsockopt(zmq.SocketOption.MAXMSGSIZE, MAX_MESSAGE)  # type: ignore[attr-defined]
        self.context.setsockopt(zmq.SocketOption.RCVHWM, MAX_AHEAD)  # type: ignore[attr-defined]

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Return when the kernel has answered; raises `RuntimeError` if it has not within `timeout` seconds."""
        deadline = time.monotonic() + (timeout or START_S)
        while time.monotonic() < deadline and await self.is_alive():
            asked = self.kernel_info()
            with contextlib.suppress(queue.Empty):
                await self.get_shell_msg(timeout=1)
                while True:
                    message = await self.get_iopub_msg(timeout=1)
                    if message["parent_header"].get("msg_id") == asked and message["content"] == IDLE:
                        return
        raise RuntimeError("the kernel does not answer")


class Provisioner(KernelProvisionerBase):  # type: ignore[misc]
    """Hands an existing worker to jupyter_client as its kernel; starting and ending it is the sandbox's work."""

    worker: Worker

    @property
    def has_process(self) -> bool:
        """A worker is a process from the start."""
        return True

    async def poll(self) -> int | None:
        """Return None while the worker may still answer."""
        return None if self.worker.alive() else 1

    async def wait(self) -> int | None:
        """Return at once."""
        return 0

    async def send_signal(self, signum: int) -> None:
        """Send nothing: a cell that does not end costs the kernel."""

    async def kill(self, restart: bool = False) -> None:
        """Kill the worker."""
        self.worker.kill()

    async def terminate(self, restart: bool = False) -> None:
        """Kill the worker."""
        self.worker.kill()

    async def cleanup(self, restart: bool = False) -> None:
        """Leave the folder to the sandbox."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Return the connection; the worker was told of it when it loaded."""
        return self.connection_info

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Take the connection that `prepare` has set."""
        self.connection_info = self.parent.get_connection_info()
        prepared: dict[str, Any] = await super().pre_launch(cmd=[], **kwargs)
        return prepared


def prepare(worker: Worker) -> AsyncKernelManager:
    """Write the connection file, with IPC sockets in the worker's folder; the worker's kernel reads it.

    The manager that is returned connects to the near ends of a relay instead.
    """
    near = worker.near
    manager = AsyncKernelManager(connection_file=str(near / CONNECTION), transport="ipc", autorestart=False)
    manager.client_factory = _KernelClient
    manager.ip = str(near / SOCKETS)
    manager.cache_ports = False
    ports = {f"{name}_port": port for port, name in zip(CHANNELS, PORTS, strict=True)}
    for name, port in ports.items():
        setattr(manager, name, port)
    far, _ = write_connection_file(
        str(worker.folder / CONNECTION),
        transport="ipc",
        ip=str(worker.folder / SOCKETS),
        key=manager.session.key,
        signature_scheme=manager.session.signature_scheme,
        **ports,
    )
    worker.give(Path(far))
    manager._kernel_spec = KernelSpec(argv=["none"], display_name="grader", language="python")
    manager.provisioner = Provisioner(kernel_id="worker", kernel_spec=manager._kernel_spec, parent=manager)
    manager.provisioner.worker = worker
    return manager


async def _execute(cells: tuple[Cell, ...], manager: AsyncKernelManager, limits: Limits, deadline: float) -> Ran:
    worker: Worker = manager.provisioner.worker
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell.source) for cell in cells])
    client = _Client(
        notebook,
        km=manager,
        timeout_func=lambda _: max(0.1, min(limits.cell_s, deadline - time.monotonic())),
        startup_timeout=START_S,
        allow_errors=True,
        store_widget_state=False,
        coalesce_streams=True,
        log=LOG,
    )
    client.output_limit = 16 * limits.output_bytes
    around = AROUND + sum(AROUND_A_CELL + 8 * len(cell.source) for cell in cells)
    await _listening(worker)
    watching = asyncio.create_task(_watch(worker))
    try:
        with Relay(worker.near, worker.folder, client.output_limit + around, client.stop):
            await client.async_start_new_kernel()
            await client.async_start_new_kernel_client()
            # Not in `async_setup_kernel`: that takes Ctrl-C for itself, ends the kernel, and lets the grading go on.
            return await _run_cells(cells, client, worker, deadline)
    except RuntimeError as error:
        raise SandboxError(f"the kernel did not start: {error}\n{worker.output()}") from None
    finally:
        watching.cancel()
        await _close(client, manager)


async def _watch(worker: Worker) -> None:
    """End the worker once it uses more than it may; nobody else looks while cells run."""
    while worker.watch() is None:
        await asyncio.sleep(SAMPLE_S)


async def _run_cells(cells: tuple[Cell, ...], client: _Client, worker: Worker, deadline: float) -> Ran:
    results: list[CellResult] = []
    for position, cell in enumerate(cells):
        if time.monotonic() > deadline:
            break
        try:
            done = await client.async_execute_cell(client.nb.cells[position], position)
            if client.flooded:
                raise DeadKernelError("the notebook put out more than it may")
            results.append(_result(cell, done))
        except Exception as error:  # what comes from the kernel may be anything, and no submission may end this process
            status = Status.TIMED_OUT if isinstance(error, CellTimeoutError) else Status.CRASHED
            if worker.excess is Excess.MEMORY:
                status = Status.OUT_OF_MEMORY
            if client.flooded or worker.flooded:
                status = Status.OUTPUT_LIMIT
            worker.kill()
            return Ran(tuple(results), CellResult(cell=cell.index, status=status, output=worker.output()))
    return Ran(tuple(results))


async def _listening(worker: Worker) -> None:
    """Wait until the kernel has bound its sockets: a client that comes too early tries again only after 0.1 s."""
    sockets = [worker.folder / f"{SOCKETS}-{port}" for port in CHANNELS]
    deadline = time.monotonic() + START_S
    while not all(socket.exists() for socket in sockets) and worker.alive() and time.monotonic() < deadline:
        await asyncio.sleep(0.002)


async def _close(client: NotebookClient, manager: AsyncKernelManager) -> None:
    """End the client's tasks and close its sockets; the kernel lives on for the calls."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    if client.kc is not None:
        client.kc.stop_channels()
        client.kc.context.destroy(linger=0)
    manager.context.destroy(linger=0)


def _result(cell: Cell, done: Any) -> CellResult:
    texts: list[str] = []
    raised = None
    for output in done.get("outputs", []):
        match output.get("output_type"):
            case "stream":
                texts.append(str(output.get("text", "")))
            case "execute_result" | "display_data":
                texts.append(str(output.get("data", {}).get("text/plain", "")) + "\n")
            case "error":
                raised = _raised(cell, output)
    return CellResult(
        cell=cell.index,
        status=Status.RAISED if raised else Status.OK,
        raised=raised,
        output="".join(texts)[-OUTPUT_CHARS:],
    )


def _raised(cell: Cell, output: Any) -> Raised:
    """Describe a cell's error; the line is found by the traceback's own words, "line N" in the last frame of the cell."""
    return Raised(
        type=str(output.get("ename", ""))[:200],
        message=str(output.get("evalue", ""))[:2000],
        frames=tuple(Frame(cell=cell.index, line=line, function="<module>") for line in _line(output)),
    )


def _line(output: Any) -> list[int]:
    text = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(map(str, output.get("traceback", []))))
    arrows = re.findall(r"^-+> (\d{1,9}) ", text, flags=re.MULTILINE) or re.findall(r"line (\d{1,9})\b", text)
    return [int(arrows[0])] if arrows else []
