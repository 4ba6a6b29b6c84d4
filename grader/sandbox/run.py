"""Running a job: load the source, make each call, and start again after a call that killed its worker."""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from grader.model import (
    Call,
    Cell,
    CellResult,
    Execution,
    Facts,
    Job,
    Load,
    Loaded,
    Observation,
    Perform,
    PerformAll,
    Performed,
    Run,
    Status,
)
from grader.sandbox.line import SandboxError
from grader.sandbox.memory import Excess
from grader.sandbox.plausible import plausible
from grader.sandbox.server import Starter
from grader.sandbox.worker import CONNECTION, Worker, WorkerEndedError, WorkerExcessError, WorkerTimeoutError

if TYPE_CHECKING:
    from jupyter_client.manager import AsyncKernelManager

GONE = (WorkerTimeoutError, WorkerEndedError, WorkerExcessError)
"""The ways in which a worker can be gone before it has replied."""

READ = "read"
"""The mode of the first request: only read the source."""

LEASH = 5
"""After a call has run out of time, later calls of the same name get a fifth of it: a right answer needs far less."""


@dataclass
class _Progress:
    """What has been seen of a job so far."""

    job: Job
    deadline: float
    mode: str
    pending: list[Call]
    facts: Facts | None = None
    cells: dict[int, CellResult] = field(default_factory=dict)
    executions: list[Execution] = field(default_factory=list)
    skipped: set[int] = field(default_factory=set)
    short: set[str] = field(default_factory=set)
    idle: dict[str, Execution] = field(default_factory=dict)
    second_try: bool = False
    one_by_one: int = 0
    torch_version: str = ""
    layers: tuple[str, ...] = ()


def run(job: Job, starter: Starter) -> Run:
    """Run a job to its end. A failure of the sandbox itself gives executions that are `broken`."""
    progress = _Progress(job, time.monotonic() + job.limits.submission_s, job.mode, list(job.calls))
    try:
        loaded = False
        while progress.pending or not loaded:
            if time.monotonic() > progress.deadline:
                progress.executions += [_too_late(call) for call in progress.pending]
                break
            began = time.monotonic()
            with starter.start(job.limits, shared=progress.mode == "notebook") as worker:
                progress.deadline += time.monotonic() - began  # the wait for a worker is not the submission's
                progress.layers, progress.torch_version = worker.layers, worker.torch_version
                loaded = _load(progress, worker)
                if loaded:
                    _calls(progress, worker)
    except SandboxError as error:
        progress.executions += [
            Execution(id=call.id, status=Status.BROKEN, detail=str(error)) for call in progress.pending
        ]
    return Run(
        facts=progress.facts or Facts(),
        cells=tuple(progress.cells[index] for index in sorted(progress.cells)),
        executions=tuple(progress.executions),
        layers=progress.layers,
        torch_version=progress.torch_version,
    )


def _load(progress: _Progress, worker: Worker) -> bool:
    """Load the source into a worker. False: the worker died of it, and the next try must leave something out."""
    job = progress.job
    kernel = _prepare_kernel(worker) if progress.mode == "notebook" else None
    cells = tuple(cell for cell in job.cells if cell.index not in progress.skipped)
    request = Load(
        mode=progress.mode,
        cells=cells,
        harness=job.harness,
        stubs=job.stubs,
        connection_file=str(worker.folder / CONNECTION) if kernel else "",
    )
    timeout_s = job.limits.cell_s if progress.mode == "module" else 2 * job.limits.cell_s
    try:
        if progress.facts is None:  # what the source says is told before any of it can change what is told
            read = Load(mode=READ, cells=cells, stubs=job.stubs)
            progress.facts = worker.ask(read, Loaded, timeout_s).facts
        results = _results(worker.ask(request, Loaded, timeout_s), cells)
    except GONE as error:
        if _try_again(progress, worker, error):
            return False
        _give_up_source(progress, worker, cells, _status(worker, error))
        return not progress.pending
    if kernel:
        from grader.sandbox.notebook import execute  # noqa: PLC0415 - nbclient takes 0.2 s, and only notebooks need it

        try:
            ran = execute(cells, kernel, job.limits, progress.deadline)
        except SandboxError:  # before any cell ran: the machine's trouble, which may be over
            if progress.second_try:
                raise
            progress.second_try = True
            return False
        results = ran.cells
        if ran.died_in is not None:
            if ran.died_in.status is Status.CRASHED and _try_again(progress, worker, None):
                return False
            progress.cells[ran.died_in.cell] = ran.died_in
            progress.skipped.add(ran.died_in.cell)
            return False
    died = {Status.TIMED_OUT, Status.CRASHED, Status.OUT_OF_MEMORY, Status.OUTPUT_LIMIT}
    ended = {index: cell for index, cell in progress.cells.items() if cell.status in died}
    progress.cells = {result.cell: result for result in results} | ended
    return True


def _results(loaded: Loaded, cells: tuple[Cell, ...]) -> tuple[CellResult, ...]:
    """Return how cells ended, as far as a reply can say it: those that were sent, and whether each raised."""
    raised = {result.cell: result.raised for result in loaded.cells}
    return tuple(
        CellResult(
            cell=cell.index, status=Status.RAISED if raised[cell.index] else Status.OK, raised=raised[cell.index]
        )
        for cell in cells
        if cell.index in raised
    )


def _prepare_kernel(worker: Worker) -> AsyncKernelManager:
    from grader.sandbox.notebook import prepare  # noqa: PLC0415 - nbclient takes 0.2 s, and only notebooks need it

    return prepare(worker)


def _give_up_source(progress: _Progress, worker: Worker, cells: tuple[Cell, ...], status: Status) -> None:
    """The whole source could not be run: keep its definitions, or, if even they cannot be had, give every call up."""
    if progress.mode == "module":
        progress.cells |= {
            cell.index: CellResult(cell=cell.index, status=status, output=worker.output()) for cell in cells
        }
        progress.mode = "definitions"
        return
    progress.executions += [
        Execution(id=call.id, status=status, detail="the source could not be loaded", output=worker.output())
        for call in progress.pending
    ]
    progress.pending.clear()


def _calls(progress: _Progress, worker: Worker) -> None:
    """Make the pending calls until none is left or the worker has died of one."""
    while progress.pending and worker.usable:
        if progress.job.together > 1 and not progress.one_by_one:
            _call_together(progress, worker)
            continue
        progress.one_by_one = max(0, progress.one_by_one - 1)
        call = progress.pending.pop(0)
        if call.entry in progress.idle:
            progress.executions.append(msgspec.structs.replace(progress.idle[call.entry], id=call.id))
            continue
        timeout_s = min(call.timeout_s, progress.deadline - time.monotonic())
        if timeout_s <= 0:
            progress.executions.append(_too_late(call))
            continue
        if call.entry in progress.short:
            timeout_s /= LEASH
        execution = _perform(call, worker, timeout_s)
        if execution.status is Status.CRASHED and _try_again(progress, worker, None):
            progress.pending.insert(0, call)
            return
        if execution.status is Status.TIMED_OUT:
            progress.short.add(call.entry)
        if _is_idle(call.entry, execution, progress.facts):
            progress.idle[call.entry] = execution
        progress.executions.append(execution)


def _call_together(progress: _Progress, worker: Worker) -> None:
    """Make the next calls with one request; if their worker ends of one of them, they are made one by one in another.

    All have the time of one: most need a thousandth of it, and whoever is late has more when alone.
    """
    group = tuple(progress.pending[: progress.job.together])
    started = time.monotonic()
    timeout_s = min(max(call.timeout_s for call in group), progress.deadline - started)
    try:
        seen = worker.ask(PerformAll(calls=group), Performed, timeout_s).observations
        if len(seen) != len(group) or not all(map(plausible, seen)):
            raise WorkerEndedError("a reply came that no worker writes")
    except GONE:
        worker.kill()
        progress.one_by_one = len(group)
        return
    del progress.pending[: len(group)]
    progress.executions += [
        Execution(
            id=call.id,
            status=Status.OK if observation.raised is None else Status.RAISED,
            observation=observation,
            wall_s=(time.monotonic() - started) / len(group),
            peak_bytes=worker.peak_bytes(),
        )
        for call, observation in zip(group, seen, strict=True)
    ]


def _is_idle(entry: str, execution: Execution, facts: Facts | None) -> bool:
    """Tell whether a call met a starter as it was given out: it would say the same to every other call."""
    raised = execution.observation.raised if execution.observation else None
    own = [each for each in facts.definitions if each.name == entry] if facts else []
    return raised is not None and raised.type == "NotImplementedError" and bool(own) and own[-1].untouched


def _try_again(progress: _Progress, worker: Worker, error: Exception | None) -> bool:
    """Tell, once for a submission, whether a worker's end was perhaps not its own doing.

    A SIGKILL may have come from an operator or from a kernel that was short of memory; where nobody tells how it ended, its
    server was killed. A submission that ends itself so does it again.
    """
    if progress.second_try or isinstance(error, WorkerTimeoutError) or worker.flooded or worker.excess is not None:
        return False
    progress.second_try = worker.exit_status() in {None, -signal.SIGKILL}
    return progress.second_try


def _too_late(call: Call) -> Execution:
    return Execution(id=call.id, status=Status.TIMED_OUT, detail="the submission's time is used up")


def _perform(call: Call, worker: Worker, timeout_s: float) -> Execution:
    worker.clear_output()
    started = time.monotonic()
    status, observation, detail = Status.OK, None, ""
    try:
        observation = _observed(worker, call, timeout_s)
        if observation.raised is not None:
            status = Status.RAISED
    except GONE as error:
        status, detail = _status(worker, error), str(error)
    return Execution(
        id=call.id,
        status=status,
        observation=observation,
        wall_s=time.monotonic() - started,
        peak_bytes=worker.peak_bytes(),
        output=worker.output(),
        detail=detail,
    )


def _observed(worker: Worker, call: Call, timeout_s: float) -> Observation:
    observation = worker.ask(Perform(call=call), Observation, timeout_s)
    if not plausible(observation):
        worker.kill()
        raise WorkerEndedError("a reply came that no worker writes")
    return observation


def _status(worker: Worker, error: Exception) -> Status:
    """Return why a worker is no longer there."""
    if worker.flooded:
        return Status.OUTPUT_LIMIT
    if isinstance(error, WorkerTimeoutError):
        return Status.TIMED_OUT
    if isinstance(error, WorkerExcessError) or worker.excess is not None:
        return Status.OUT_OF_MEMORY if worker.excess is Excess.MEMORY else Status.CRASHED
    if worker.exit_status() == -signal.SIGXCPU:
        return Status.TIMED_OUT
    return Status.CRASHED
