"""The student's kernel's end of the line to the service: one JSON object a line, each with a number."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import sys
import threading
from typing import Any

FIRST_S, ANSWER_S = 180.0, 900.0
"""How long the first word may take, on a slow disk that reads torch for the first time, and how long an answer."""

COMMAND = [sys.executable, "-I", "-m", "grader.live.service"]


class LineError(Exception):
    """The service has ended, or does not answer."""


class Service:
    """A process that grades; it starts at once and ends when this end of the line is closed, or dies."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # an interrupted cell interrupts only the wait
        )
        self._answers: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._asked = 0
        threading.Thread(target=self._listen, daemon=True, name="grader").start()

    @property
    def alive(self) -> bool:
        """Tell whether the process has not ended."""
        return self._process.poll() is None

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """Send a question and return its answer; those to questions that nobody waits for any more are dropped."""
        self._asked += 1
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"number": self._asked, **question}).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            raise LineError("it has ended") from None
        while True:
            try:
                answer = self._answers.get(timeout=ANSWER_S + FIRST_S)
            except queue.Empty:
                raise LineError("it does not answer") from None
            if answer is None:
                raise LineError("it has ended")
            if answer.get("number") == self._asked:
                return answer

    def close(self) -> None:
        """Hang up, and see the process end."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(5.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with contextlib.suppress(ValueError):
                self._answers.put(json.loads(line))
        self._answers.put(None)
