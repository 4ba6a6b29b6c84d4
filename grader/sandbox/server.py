"""Starting workers: forked from a warm server, or spawned where fork is not to be had."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

import msgspec

from grader.confine import environment
from grader.errors import GraderError
from grader.model import Limits
from grader.sandbox import memory
from grader.sandbox.isolation import Isolation, decide
from grader.sandbox.line import SandboxError, ServerLine
from grader.sandbox.remove import remove
from grader.sandbox.worker import Process, Worker

THREADS = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""One thread each: sums come out the same alone and under load, and many workers do not fight for the cores."""


class Starter(Protocol):
    """Starts workers until it is closed."""

    def start(self, limits: Limits, *, shared: bool = False) -> Worker:
        """Return a worker that is ready; `shared`: UNIX sockets in its folder can be reached from here.

        Raises `SandboxError` if none can be had, `Mistake` if the isolation asked for is not to be had.
        """
        ...

    def close(self) -> None:
        """End whatever is still running and remove every file made."""
        ...


def can_fork() -> bool:
    """Tell whether this platform has what the fork server needs."""
    return hasattr(os, "pidfd_open") and hasattr(socket, "send_fds")


class _Home:
    """The folder of all workers of one starter: passable for other accounts, and readable for none."""

    def __init__(self, isolation: Callable[[], Isolation]) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="grader-"))
        self.path.chmod(0o711)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="grader-probe")
        self._isolation = self._pool.submit(isolation)
        self._lock = threading.Lock()
        self._count = 0

    @property
    def isolation(self) -> Isolation:
        """What the workers get; waits for the probe, and raises what it raised."""
        return self._isolation.result()

    def prepare(self, limits: Limits, guards: ExitStack, *, shared: bool) -> tuple[Any, memory.MemoryGuard]:
        """Return the plan and the memory guard of a new worker."""
        with self._lock:
            self._count += 1
            number = self._count
        folder = self.path / f"w{number}"
        folder.mkdir(mode=0o700)
        place = self.isolation.capabilities.cgroup_folder
        guard = guards.enter_context(
            memory.guard(
                limits.memory_bytes,
                cgroup=Path(place) if place else None,
                folder=str(folder),
                sealed=self.isolation.profile == "full",
            )
        )
        return self.isolation.plan(str(folder), number, limits, cgroup=guard.folder, shared=shared), guard

    def close(self) -> None:
        self._pool.shutdown()
        remove(self.path)


def _checked(worker: Worker, isolation: Isolation, expected: tuple[str, ...]) -> Worker:
    """Wait until a worker is ready; refuse one that is not as confined as the probe said it would be."""
    try:
        said = worker.ready()
    except GraderError as error:
        printed = worker.output()
        worker.close()
        raise SandboxError(f"a worker did not start: {error}\n{printed[-2000:]}") from None
    if said.layers != expected:
        worker.close()
        raise SandboxError(f"a worker reports the isolation layers {said.layers}; {expected} were asked for")
    worker.layers, worker.torch_version = isolation.told(said.layers), said.torch_version
    return worker


class Spawner:
    """Starts each worker as a new interpreter; slower, and works wherever Python does."""

    def __init__(self, isolation: Callable[[], Isolation] = lambda: decide("auto"), grace_s: float = 0.0) -> None:
        self._grace_s = grace_s
        self._home = _Home(isolation)

    def start(self, limits: Limits, *, shared: bool = False) -> Worker:
        """Start an interpreter and wait until it has imported torch and confined itself."""
        guards = ExitStack()
        plan, guard = self._home.prepare(limits, guards, shared=shared)
        process = subprocess.Popen(
            [sys.executable, "-I", "-m", "grader.worker", msgspec.json.encode(plan).decode()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(plan.folder),
            bufsize=0,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        receive_fd, send_fd, output_fd = (
            os.dup(pipe.fileno()) for pipe in (process.stdout, process.stdin, process.stderr)
        )
        for pipe in (process.stdin, process.stdout, process.stderr):
            pipe.close()
        reached = Process(
            receive_fd=receive_fd,
            send_fd=send_fd,
            output_fd=output_fd,
            hang_up=lambda: None,
            kill=process.kill,
            wait=_waiting(process),
            release=lambda: None,
            guard=guard,
            folder=Path(plan.folder),
            uid=plan.uid,
        )
        isolation = self._home.isolation
        worker = _checked(Worker(reached, limits, guards, self._grace_s), isolation, isolation.layers(plan))
        guard.attach(process.pid)
        return worker

    def close(self) -> None:
        """Remove the folder of all workers."""
        self._home.close()


def _waiting(process: subprocess.Popen[bytes]) -> Callable[[float], int | None]:
    def wait(seconds: float) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(seconds)
        return None

    return wait


def _environment(folder: str) -> dict[str, str]:
    """Return the environment of a server or spawned worker."""
    own = dict(os.environ) | THREADS | {"PYTHONHASHSEED": "0", "MPLBACKEND": "Agg"}
    coverage = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    return environment(folder, own) | coverage


class ForkServer:
    """Starts workers by forking a process that has imported torch. Safe to use from several threads.

    The server and the probe of the machine's isolation start at once, the probe in a thread; nobody waits for them before
    the first `start`.
    """

    def __init__(
        self,
        needs: tuple[str, ...] = (),
        isolation: Callable[[], Isolation] = lambda: decide("auto"),
        grace_s: float = 0.0,
    ) -> None:
        self._grace_s = grace_s
        self._needs = list[str]()
        self._home = _Home(isolation)
        self._launching = threading.Lock()
        self._closed = False
        self._launch()
        self.warm(needs)

    def _launch(self) -> None:
        control, theirs = socket.socketpair()
        with (self._home.path / "server.log").open("wb") as log:
            self._server = subprocess.Popen(
                [sys.executable, "-I", "-m", "grader.worker.zygote"],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=log,
                env=_environment(str(self._home.path)) | _font_cache(),
                start_new_session=True,
            )
        theirs.close()
        self._line = ServerLine(control, self._home.path / "server.log")

    def _relaunch(self, broken: ServerLine) -> None:
        """Start a server in the place of one that somebody killed; its workers ended with it."""
        with self._launching:
            if self._line is broken and not self._closed:
                broken.close()
                self._server.kill()
                self._server.wait()
                self._launch()
                for need in self._needs:
                    self._line.tell({"warm": need})

    def warm(self, needs: Iterable[str]) -> None:
        """Have the server import what calls will need besides torch: the names of `grader.worker.zygote.WARM`, in order."""
        for need in needs:
            if need not in self._needs:
                self._needs.append(need)
                self._line.tell({"warm": need})

    def start(self, limits: Limits, *, shared: bool = False) -> Worker:
        """Fork a worker; waits for the server's imports the first time, and once more if the server has been killed."""
        line = self._line
        try:
            return self._start(line, limits, shared=shared)
        except SandboxError:
            if self._closed or not line.ended():
                raise
        self._relaunch(line)
        return self._start(self._line, limits, shared=shared)

    def _start(self, line: ServerLine, limits: Limits, *, shared: bool) -> Worker:
        guards = ExitStack()
        plan, guard = self._home.prepare(limits, guards, shared=shared)
        ours, theirs = socket.socketpair()
        output, output_theirs = os.pipe()
        try:
            pid, pidfd = line.fork({"plan": msgspec.to_builtins(plan)}, [theirs.fileno(), output_theirs])
        except SandboxError:
            guards.close()
            for fd in (ours.detach(), output):
                os.close(fd)
            raise
        finally:
            theirs.close()
            os.close(output_theirs)
        guard.attach(pid)
        fd = os.dup(ours.fileno())
        process = Process(
            receive_fd=fd,
            send_fd=fd,
            output_fd=output,
            hang_up=lambda: ours.shutdown(socket.SHUT_WR),
            kill=lambda: _kill(line, pid, pidfd),
            wait=lambda seconds: line.exit_status(pid, seconds),
            release=lambda: _release(line, pid, pidfd, ours),
            guard=guard,
            folder=Path(plan.folder),
            uid=plan.uid,
        )
        isolation = self._home.isolation
        return _checked(Worker(process, limits, guards, self._grace_s), isolation, isolation.layers(plan))

    def close(self) -> None:
        """End the server; its workers end with it."""
        with self._launching:
            self._closed = True
            self._line.close()
            self._server.kill()
            self._server.wait()
        self._home.close()


def _kill(line: ServerLine, pid: int, pidfd: int) -> None:
    """Kill the process and its group; in a namespace of its own, everything that it ever started."""
    if line.exit_status(pid, 0.0) is None:
        with contextlib.suppress(OSError):
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        with contextlib.suppress(OSError):
            os.killpg(pid, signal.SIGKILL)


def _release(line: ServerLine, pid: int, pidfd: int, channel: socket.socket) -> None:
    channel.close()
    line.forget(pid)
    os.close(pidfd)


def _font_cache() -> dict[str, str]:
    """Return where matplotlib keeps its list of fonts: made anew in each run, it would cost a second."""
    import platformdirs  # noqa: PLC0415

    return {"MPLCONFIGDIR": str(Path(platformdirs.user_cache_dir("grader")) / "matplotlib")}
