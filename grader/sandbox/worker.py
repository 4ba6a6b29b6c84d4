"""One worker process, as the trusted side sees it: requests, replies, deadlines, and what it prints."""

from __future__ import annotations

import contextlib
import os
import secrets
import select
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from grader import wire
from grader.errors import GraderError, WireError
from grader.model import Limits, Observation, Ready, Request
from grader.sandbox import memory
from grader.sandbox.remove import remove

T = TypeVar("T")

START_S = 120.0
"""A worker may take so long to become ready; this time is ours, not the submission's."""
CONNECTION = "kernel.json"
"""The file in a worker's folder that says where its kernel listens."""

TAIL_BYTES = 16_384
CATCH_UP_S = 0.2
HEADER_BYTES = 16 << 20
"""Of a reply's JSON: what can be said of the longest source that is read, and not the memory of this machine."""
WRITE_BYTES = select.PIPE_BUF if hasattr(select, "PIPE_BUF") else 512
"""A pipe that is said to have room takes so many bytes without blocking."""
MAX_EXTRA = 8
"""A worker may send so many replies that nobody asked for: a call may have sent one for itself before it ended."""


class WorkerTimeoutError(GraderError):
    """No reply came before the deadline."""


class WorkerExcessError(GraderError):
    """The process used more memory, processes or disk than it may."""


class WorkerEndedError(GraderError):
    """The process ended, or broke the protocol, before it replied."""


@dataclass(frozen=True)
class Process:
    """How to reach a started process.

    `hang_up()` ends its requests; `wait(seconds)` gives its exit status, negative for a signal, or None.
    """

    receive_fd: int
    send_fd: int
    output_fd: int
    hang_up: Callable[[], None]
    kill: Callable[[], None]
    wait: Callable[[float], int | None]
    release: Callable[[], None]
    guard: memory.MemoryGuard
    folder: Path
    uid: int | None = None


class Worker:
    """Talks with one process. Use as a context manager: leaving it kills the process and removes its folder.

    `guard` is closed with it. With `grace_s` the process is first given that many seconds to end by itself (a coverage
    run needs it).
    """

    def __init__(self, process: Process, limits: Limits, guard: ExitStack, grace_s: float = 0.0) -> None:
        self._process, self._guard = process, guard
        self._output_limit, self._reply_limit = limits.output_bytes, limits.reply_bytes
        self._grace_s = grace_s
        self._tail: deque[bytes] = deque()
        self._reading, self._printing = threading.Lock(), threading.Lock()
        self._tail_bytes = self._output_bytes = 0
        self._closed = threading.Event()
        self._look_again = 0.0
        self.extra_replies = 0
        self.excess: memory.Excess | None = None
        self.flooded = False
        self.usable = True
        self.layers: tuple[str, ...] = ()
        self.torch_version = ""
        self._draining = threading.Thread(target=self._drain, daemon=True)
        self._draining.start()

    @property
    def folder(self) -> Path:
        """The worker's private folder."""
        return self._process.folder

    @property
    def near(self) -> Path:
        """Where our ends of a relay to its kernel are: beside the worker's own folder, which it may write to."""
        return self.folder.with_name(f"{self.folder.name}-near")

    def give(self, path: Path) -> None:
        """Let the worker's account have a file in its folder."""
        if self._process.uid is not None:
            os.chown(path, self._process.uid, self._process.uid)

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ready(self) -> Ready:
        """Wait until the process has said that it is confined; raises `WorkerEndedError` or `WorkerTimeoutError`."""
        return self._reply(bytes(16), Ready, time.monotonic() + START_S)

    def ask(self, request: Request, type_: type[T], timeout_s: float) -> T:
        """Send a request and return the reply. On any error the process is killed and cannot be used again."""
        nonce = secrets.token_bytes(16)
        deadline = time.monotonic() + timeout_s
        block = wire.encode(request)
        try:
            wire.write_frame(lambda data: self._write(data, deadline), nonce, block)
        except OSError as error:
            self._fail()
            raise WorkerEndedError(f"the worker's pipe is closed: {error}") from None
        return self._reply(nonce, type_, deadline)

    def _reply(self, nonce: bytes, type_: type[T], deadline: float) -> T:
        header_bytes = wire.HEADER_BYTES if type_ is Observation else HEADER_BYTES
        self._look_again = time.monotonic() + memory.SAMPLE_S  # who answers at once is not looked at
        try:
            while True:
                told, block = wire.read_frame(lambda count: self._receive(count, deadline), self._reply_limit)
                if secrets.compare_digest(told, nonce):
                    return wire.decode(block, type_, header_bytes=header_bytes)
                self.extra_replies += 1
                if self.extra_replies > MAX_EXTRA:
                    raise WireError("replies came that nobody had asked for")
        except (EOFError, OSError, WireError) as error:
            self._fail()
            raise WorkerEndedError(str(error) or "the pipe was closed") from None

    def _receive(self, count: int, deadline: float) -> bytes:
        """Return some of the next bytes, at most `count`; looks at the memory in use while it waits for them."""
        fd = self._process.receive_fd
        if not hasattr(select, "poll"):  # Windows; there a thread has to end the wait
            with self._ended_at(deadline):
                return os.read(fd, count)
        while (remaining := deadline - time.monotonic()) > 0:
            ready = _waits(fd, 1000 * min(remaining, memory.SAMPLE_S))
            if not ready or time.monotonic() >= self._look_again:
                self._look_again = time.monotonic() + memory.SAMPLE_S
                if self.watch() is not None:
                    raise WorkerExcessError(f"too much {self.excess}")
            if ready:
                return os.read(fd, count)
        self._fail()
        raise WorkerTimeoutError("no reply before the deadline")

    @contextlib.contextmanager
    def _ended_at(self, deadline: float) -> Iterator[None]:
        """End the process at a deadline, unless the block ends before."""
        timer = threading.Timer(deadline - time.monotonic(), self._fail)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def watch(self) -> memory.Excess | None:
        """Return what there is too much of, and end the process for it; to be asked now and then while it runs."""
        self.excess = self.excess or self._process.guard.exceeded()
        if self.excess is not None:
            self._fail()
        return self.excess

    def _fail(self) -> None:
        self.usable = False
        self._process.kill()

    def exit_status(self) -> int | None:
        """Return the exit status, negative for a signal, once the process has ended; None if it has not told yet."""
        return self._process.wait(2.0)

    def peak_bytes(self) -> int:
        """Return the most memory that was seen in use."""
        return self._process.guard.peak_bytes()

    def alive(self) -> bool:
        """Tell whether the process has not ended yet."""
        return self.usable and self._process.wait(0.0) is None

    def output(self) -> str:
        """Return the end of what the process has printed so far."""
        self._catch_up()
        with self._printing:
            return b"".join(self._tail)[-TAIL_BYTES:].decode("utf-8", "replace")

    def clear_output(self) -> None:
        """Forget what was printed before the next request."""
        self._catch_up()
        with self._printing:
            self._tail.clear()
            self._tail_bytes = 0

    def kill(self) -> None:
        """End the process now."""
        self._fail()

    def close(self) -> None:
        """Kill the process, free its descriptors and remove its folder."""
        if self._closed.is_set():
            return
        if self._grace_s and self.usable:
            self._process.hang_up()
            self._process.wait(self._grace_s)
        self._closed.set()
        self._fail()
        self._process.wait(CATCH_UP_S)  # the guard has to look for what is left, and mostly nothing is then
        self._guard.close()
        self._process.wait(10.0)
        self._draining.join(5.0)
        for fd in {self._process.receive_fd, self._process.send_fd, self._process.output_fd}:
            os.close(fd)
        self._process.release()
        for folder in (self.folder, self.near):
            remove(folder)

    def _write(self, data: bytes, deadline: float) -> None:
        """Write it all, by the deadline: a worker that does not read would block us for good once its buffer is full."""
        view, fd = memoryview(data), self._process.send_fd
        if not hasattr(select, "poll"):  # Windows; there a thread has to end the wait
            with self._ended_at(deadline):
                while view:
                    view = view[os.write(fd, view) :]
            return
        poller = select.poll()
        poller.register(fd, select.POLLOUT)
        while view:
            if not poller.poll(max(0.0, 1000 * (deadline - time.monotonic()))):
                self._fail()
                raise WorkerTimeoutError("the request was not read before the deadline")
            view = view[os.write(fd, view[:WRITE_BYTES]) :]

    def _catch_up(self) -> None:
        """Read all that was printed before the last reply, but not for long from a process that prints on and on."""
        deadline = time.monotonic() + CATCH_UP_S
        with contextlib.suppress(OSError):
            while _unread_bytes(self._process.output_fd) and time.monotonic() < deadline:
                self._keep()

    def _drain(self) -> None:
        with contextlib.suppress(OSError):
            while _waits(self._process.output_fd, None) and self._keep():
                pass

    def _keep(self) -> bool:
        """Read and keep some of what was printed, if it is still there; False at its end.

        What has been read is kept before anybody else may look whether something is left.
        """
        with self._reading:
            if not _waits(self._process.output_fd, 0):
                return True
            part = os.read(self._process.output_fd, 1 << 16)
            with self._printing:
                self._tail.append(part)
                self._tail_bytes += len(part)
                while self._tail_bytes - len(self._tail[0]) > TAIL_BYTES:
                    self._tail_bytes -= len(self._tail.popleft())
            self._output_bytes += len(part)
        if self._output_bytes > self._output_limit and not self.flooded:
            self.flooded = True
            self._fail()
        return bool(part)


def _waits(fd: int, timeout_ms: float | None) -> bool:
    """Wait until a pipe can be read without blocking, and tell whether it can; on Windows a reader has to block."""
    if not hasattr(select, "poll"):
        return True
    poller = select.poll()
    poller.register(fd, select.POLLIN)
    return bool(poller.poll(timeout_ms))


def _unread_bytes(fd: int) -> int:
    """Return how many bytes wait in a pipe; 0 where that cannot be told."""
    try:
        import fcntl  # noqa: PLC0415 - POSIX has it
        import termios  # noqa: PLC0415 - POSIX has it

        return int.from_bytes(fcntl.ioctl(fd, termios.FIONREAD, bytes(4)), sys.byteorder)
    except (ImportError, OSError):
        return 0
