"""The fork server: imports torch once, then forks a worker for each request. It runs no tensor work and no thread.

Requests come over stdin, a UNIX stream socket, as JSON lines: {"warm": need} imports what a call needs; {"plan":
plan}, with the worker's two descriptors attached (its end of the channel, what becomes stdout and
stderr), forks. Answers are JSON lines: {"pid": n} with a pidfd attached, and
{"exited": n, "status": s} when a worker has ended.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import sys
import traceback
from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec

from grader.confine import Plan, confine, libc, pages
from grader.confine.nursery import Nursery, Room

WARM = {
    "notebook": (
        "grader.worker.kernel",
        "IPython.core.completerlib",
        "IPython.core.debugger",
        "IPython.core.inputtransformer2",
        "IPython.core.logger",
        "IPython.core.magics.execution",
        "IPython.core.oinspect",
        "IPython.extensions.storemagic",
        "faulthandler",
        "ipykernel.debugger",
        "tornado.platform.asyncio",
        "tornado.queues",
    ),
    "plots": ("matplotlib.pyplot", "matplotlib.backends.backend_agg", "matplotlib_inline.backend_inline"),
    "drawing": (),
    "training": ("torch._dynamo",),
    "many": (),
}
"""What is imported before the first fork, by what the call needs."""


def main() -> None:
    """Import, freeze, and serve until the other side closes the socket."""
    gc.disable()
    control = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ["MPLBACKEND"] = "Agg"
    nursery = Nursery() if os.geteuid() == 0 else None  # now, while this process is small
    from grader.worker import rehearsal  # noqa: PLC0415 - torch, while nothing else happens

    rehearsal.rehearse()
    _freeze()
    libc.prctl("adopt orphans", libc.PR_SET_CHILD_SUBREAPER, 1)
    with selectors.DefaultSelector() as selector:
        _Server(control, nursery, selector).serve()


def _freeze() -> None:
    """Keep the collector away from what is here now, so that a child's collection does not copy its pages.

    It is not asked to look for garbage first: that takes 0.1 s, and what imports leave of it does no harm.
    """
    gc.freeze()


class _Server:
    """Forks workers, and tells how they ended once nothing of them is left."""

    def __init__(self, control: socket.socket, nursery: Nursery | None, selector: selectors.BaseSelector) -> None:
        self._control, self._nursery, self._selector = control, nursery, selector
        self._rooms: dict[int, Room] = {}
        self._wake, self._wake_write = os.pipe()
        self._filling: list[bytes] = []

    def serve(self) -> None:
        """Answer until the other side hangs up."""
        os.set_blocking(self._wake_write, False)
        signal.set_wakeup_fd(self._wake_write)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._selector.register(self._control, selectors.EVENT_READ, self._answer)
        self._selector.register(self._wake, selectors.EVENT_READ, self._reap)
        self._say({"ready": True})
        going = True
        while going:
            for key, _ in self._selector.select():
                going = key.data() and going

    def _say(self, value: dict[str, Any], fds: Sequence[int] = ()) -> None:
        socket.send_fds(self._control, [json.dumps(value).encode() + b"\n"], fds)

    def _reap(self) -> bool:
        os.read(self._wake, 4096)
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                pid, status = ended
                end = {"exited": pid, "status": os.waitstatus_to_exitcode(status)}
                room = self._rooms.pop(pid, None)
                if room is None:
                    self._say(end)
                else:
                    room.end()
                    self._selector.register(room.pidfd, selectors.EVENT_READ, partial(self._room_ended, room, end))
        return True

    def _room_ended(self, room: Room, end: dict[str, Any]) -> bool:
        self._selector.unregister(room.pidfd)
        os.close(room.pidfd)
        self._say(end)
        return True

    def _answer(self) -> bool:
        """Do what the next messages ask; False once the other side has closed. Only the last can carry descriptors."""
        data, fds, _, _ = socket.recv_fds(self._control, 1 << 16, 3)
        for line in data.splitlines():
            request = json.loads(line)
            if "warm" in request:
                self._warm(request["warm"])
            else:
                self._fork(msgspec.convert(request["plan"], Plan), fds)
        return bool(data)

    def _warm(self, need: str) -> None:
        for name in WARM[need]:
            __import__(name)
        if need == "drawing":
            from grader.worker import rehearsal  # noqa: PLC0415 - imported by main

            rehearsal.draw()
        if need == "many":
            self._filling = pages.fill_gaps()
        _freeze()
        if need == "many":
            pages.merge()

    def _fork(self, plan: Plan, fds: list[int]) -> None:
        nursery = self._nursery if plan.profile == "full" and plan.uid is not None else None
        room = nursery.room(plan) if nursery else None
        pid = nursery.fork(room) if nursery and room else os.fork()
        if pid == 0:
            _become_worker(plan, fds, room)
        for fd in fds:
            os.close(fd)
        if room is not None and not room.error:
            self._rooms[pid] = room
        pidfd = os.pidfd_open(pid)
        self._say({"pid": pid}, [pidfd])
        os.close(pidfd)


def _become_worker(plan: Plan, fds: list[int], room: Room | None) -> None:
    """Never returns: whatever happens, this process ends here."""
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        channel_fd, output_fd = fds
        os.dup2(output_fd, 1)
        os.dup2(output_fd, 2)
        seen = confine(plan, (channel_fd,), room)
        gc.enable()
        from grader.worker.serve import Channel, serve  # noqa: PLC0415 - imported by main

        serve(Channel(channel_fd, channel_fd), seen.layers)
        sys.stdout.flush()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(70)


if __name__ == "__main__":
    main()
