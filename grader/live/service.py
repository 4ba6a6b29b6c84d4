"""The process beside a notebook's kernel: grades what the kernel sends, with a sandbox that is warm.

One question a line on stdin, one answer a line on stdout, both JSON. It ends when stdin does.
"""

from __future__ import annotations

import os
import sys

from grader.sandbox.isolation import decide
from grader.sandbox.server import ForkServer, Spawner, Starter, can_fork


def main() -> None:
    """Start the sandbox, then import everything else while it imports torch; answer until the kernel hangs up."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever is printed here must not be taken for an answer
    starter = _starter()
    try:
        from grader.live.desk import serve, warmed  # noqa: PLC0415 - while the server imports torch

        serve(sys.stdin.buffer, answers, warmed(starter))
    finally:
        starter.close()


def _starter() -> Starter:
    """Return what starts workers; the person whose notebook it is may run it without isolation, if there is none."""
    if can_fork():
        return ForkServer(("notebook",), isolation=lambda: decide("auto", own=True))
    return Spawner(isolation=lambda: decide("auto", own=True))


if __name__ == "__main__":
    main()
