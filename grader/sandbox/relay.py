"""Between a kernel's sockets and ZeroMQ: counts what the kernel sends, before ZeroMQ keeps it in this process.

Theory of operation. A ZeroMQ message has parts, as many as its sender likes; ZeroMQ bounds the size of one part and the
number of messages, and collects the parts of one message without any bound, before anybody can look at it: 200 parts of
30 MB took 1.6 GB in three seconds. So nbclient is not connected to the worker, but to sockets of this process, which
pass on what they get until it is too much. The frames are those of ZMTP 3 (https://rfc.zeromq.org/spec/23/): a greeting
of 64 bytes, then parts of a byte of flags, the length in one byte or eight, and the body.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from grader.errors import GraderError
from grader.sandbox.remove import remove

SOCKETS = "k"
CHANNELS = range(1, 6)
"""The sockets of a kernel are "k-1" to "k-5", in the order of `grader.sandbox.notebook.PORTS`."""
GREETING = 64
MORE, LONG, COMMAND = 1, 2, 4
MAX_PARTS = 1000
"""Of one message: a kernel's have six, and one for each buffer."""
CHUNK = 1 << 16


class FloodError(GraderError):
    """A kernel sent more than it may, or what is no ZeroMQ."""


class Meter:
    """Counts the bytes that come from one kernel, over all its connections."""

    def __init__(self, limit: int) -> None:
        self._left = limit

    def take(self, count: int) -> None:
        """Count bytes; raises `FloodError` once there were too many."""
        self._left -= count
        if self._left < 0:
            raise FloodError("the kernel has sent more than it may")


class Frames:
    """Follows the frames of one connection, to count the parts of each message."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._greeted = False
        self._body = self._parts = 0

    def feed(self, chunk: bytes) -> None:
        """Look at what comes next. Raises `FloodError` for too many parts, and for an older protocol."""
        view = memoryview(chunk)
        while view:
            if self._body:
                passed = min(self._body, len(view))
                self._body -= passed
                view = view[passed:]
                continue
            wanted = self._wanted() - len(self._head)
            self._head += view[:wanted]
            view = view[wanted:]
            if len(self._head) == self._wanted():
                self._begin()

    def _wanted(self) -> int:
        """Return how many bytes a greeting, or the head of a frame as far as it is known, has."""
        if not self._greeted:
            return GREETING
        return 9 if self._head and self._head[0] & LONG else 2

    def _begin(self) -> None:
        head = bytes(self._head)
        self._head.clear()
        if not self._greeted:
            if (head[0], head[9] & 1) != (0xFF, 1) or head[10] < 3:
                raise FloodError("the kernel does not speak ZMTP 3")
            self._greeted = True
            return
        self._body = int.from_bytes(head[1:], "big")
        self._parts = self._parts + 1 if head[0] & MORE else 0
        if self._parts > MAX_PARTS:
            raise FloodError("the kernel has sent a message of too many parts")


class Relay:
    """Listens in the folder `near` for this process's clients, and passes each on to the kernel's sockets in `far`.

    `flood` is called, from another thread, when the kernel sends more than `limit` bytes in all. Use as a context
    manager: it makes the folder, and removes it.
    """

    def __init__(self, near: Path, far: Path, limit: int, flood: Callable[[], None]) -> None:
        self._near, self._far, self._flood = near, far, flood
        self._meter = Meter(limit)
        self._lock = threading.Lock()
        self._ends = set[socket.socket]()
        self._threads = set[threading.Thread]()

    def __enter__(self) -> Relay:
        self._near.mkdir(mode=0o700)
        for channel in CHANNELS:
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(f"{self._near / SOCKETS}-{channel}")
            listener.listen()
            self._start(self._accept, listener, f"{self._far / SOCKETS}-{channel}")
        return self

    def __exit__(self, *_: object) -> None:
        while True:
            with self._lock:
                threads, ends = list(self._threads), list(self._ends)
                for end in ends:  # whoever waits for one wakes up
                    _hang_up(end)
            if not threads:
                break
            threads[0].join(0.05)
        remove(self._near)

    def _start(self, target: Callable[..., None], *ends: Any) -> None:
        """Run `target` in a thread that closes the sockets among `ends` when it is done."""
        own = [end for end in ends if isinstance(end, socket.socket)]

        def run() -> None:
            target(*ends)
            with self._lock:
                self._ends.difference_update(own)
                self._threads.discard(thread)
                for end in own:
                    end.close()

        thread = threading.Thread(target=run, daemon=True)
        with self._lock:
            self._threads.add(thread)
            self._ends.update(own)
        thread.start()

    def _accept(self, listener: socket.socket, path: str) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                self._start(self._connect, client, socket.socket(socket.AF_UNIX), path)

    def _connect(self, client: socket.socket, kernel: socket.socket, path: str) -> None:
        """Pass on both ways until one side hangs up."""
        try:
            kernel.connect(path)
        except OSError:  # it has stopped, or does not listen yet: the client tries again
            return
        back = threading.Thread(target=self._pass_on, args=(kernel, client, self._counting()), daemon=True)
        back.start()
        self._pass_on(client, kernel, lambda _: None)
        back.join()

    def _counting(self) -> Callable[[bytes], None]:
        frames = Frames()

        def count(chunk: bytes) -> None:
            self._meter.take(len(chunk))
            frames.feed(chunk)

        return count

    def _pass_on(self, source: socket.socket, sink: socket.socket, count: Callable[[bytes], None]) -> None:
        try:
            while chunk := source.recv(CHUNK):
                count(chunk)
                sink.sendall(chunk)
        except FloodError:
            self._flood()
        except OSError:  # one of the two has gone
            pass
        _hang_up(source)
        _hang_up(sink)


def _hang_up(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
