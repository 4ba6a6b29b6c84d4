"""The line to the fork server: JSON lines over a UNIX socket, descriptors attached, exits told as they happen."""

from __future__ import annotations

import array
import contextlib
import json
import queue
import socket
import threading
from pathlib import Path
from typing import Any

from grader.errors import GraderError
from grader.sandbox.worker import START_S


class SandboxError(GraderError):
    """The sandbox itself failed: the grader's fault, never the submission's."""


class ServerLine:
    """Talks with one fork server; a thread listens for answers and exits. Safe to use from several threads."""

    def __init__(self, control: socket.socket, log: Path) -> None:
        self._control, self._log = control, log
        self._lock = threading.Lock()
        self._answers: queue.SimpleQueue[tuple[dict[str, Any], list[int]]] = queue.SimpleQueue()
        self._exits: dict[int, int | None] = {}
        self._exit_seen = threading.Condition()
        self._gone = False
        self._is_ready = False
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def tell(self, message: dict[str, Any], fds: list[int] | None = None) -> None:
        """Send a message; raises `SandboxError` if the server has gone."""
        try:
            socket.send_fds(self._control, [json.dumps(message).encode() + b"\n"], fds or [])
        except OSError:
            raise SandboxError(f"the fork server has ended\n{self._said()}") from None

    def fork(self, request: dict[str, Any], fds: list[int]) -> tuple[int, int]:
        """Ask for a fork and return its pid and a pidfd of it."""
        with self._lock:
            if not self._is_ready:
                self._answer()
                self._is_ready = True
            self.tell(request, fds)
            answer, received = self._answer()
        return answer["pid"], received[0]

    def exit_status(self, pid: int, seconds: float) -> int | None:
        """Return how a fork ended, negative for a signal, waiting at most so long; None if it has not, or nobody knows."""
        with self._exit_seen:
            self._exit_seen.wait_for(lambda: self._gone or self._exits.get(pid) is not None, seconds)
            return self._exits.get(pid)

    def forget(self, pid: int) -> None:
        """Drop what is known of a fork that has ended."""
        with self._exit_seen:
            self._exits.pop(pid, None)

    def ended(self) -> bool:
        """Tell whether the server has hung up; of one that was just killed, that takes a moment to be seen."""
        self._listener.join(1.0)
        return not self._listener.is_alive()

    def close(self) -> None:
        """Hang up, which ends the server."""
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)
        self._listener.join(5.0)
        self._control.close()

    def _answer(self) -> tuple[dict[str, Any], list[int]]:
        try:
            answer, fds = self._answers.get(timeout=START_S)
        except queue.Empty:
            raise SandboxError("the fork server does not answer") from None
        if "ended" in answer:
            self._answers.put((answer, []))
            raise SandboxError(f"the fork server has ended\n{self._said()}")
        return answer, fds

    def _said(self) -> str:
        with contextlib.suppress(OSError):
            return self._log.read_text(errors="replace")[-2000:]
        return ""

    def _listen(self) -> None:
        buffer = b""
        fds: list[int] = []
        while True:
            try:
                part, ancillary, _, _ = self._control.recvmsg(1 << 16, socket.CMSG_SPACE(64))
            except OSError:
                part, ancillary = b"", []
            if not part:
                self._answers.put(({"ended": True}, []))
                with self._exit_seen:
                    self._gone = True
                    self._exit_seen.notify_all()
                return
            for _, kind, data in ancillary:
                if kind == socket.SCM_RIGHTS:
                    received = array.array("i")
                    received.frombytes(data[: len(data) - len(data) % received.itemsize])
                    fds += received
            *lines, buffer = (buffer + part).split(b"\n")
            for line in lines:
                self._dispatch(json.loads(line), fds)

    def _dispatch(self, message: dict[str, Any], fds: list[int]) -> None:
        """Keep the exits of workers alone: the server also reaps orphans, whose pids may be given to a worker later."""
        with self._exit_seen:
            if "pid" in message:
                self._exits[message["pid"]] = None
            elif message.get("exited") in self._exits:
                self._exits[message["exited"]] = message["status"]
                self._exit_seen.notify_all()
        if "exited" not in message:
            self._answers.put((message, [fds.pop(0)] if "pid" in message else []))
