"""The fork server: imports torch once, then forks a worker for each request. It runs no tensor work and no thread.

Requests come over stdin, a UNIX stream socket, as JSON lines: {"warm": need} imports what a call needs; {"plan":
plan}, with the worker's two descriptors attached (its end of the channel, what becomes stdout and
stderr), forks. Answers are JSON lines: {"pid": n} with a pidfd attached, and
{"exited": n, "status": s} when a worker has ended.
"""

from __future__ import annotations

import gc
import json
import os
import selectors
import signal
import socket
import sys
import traceback
from typing import Any

import msgspec

from grader.confine import Plan, confine, libc, pages

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
    from grader.worker import rehearsal  # noqa: PLC0415 - torch, while nothing else happens

    rehearsal.rehearse()
    _freeze()
    libc.prctl("adopt orphans", libc.PR_SET_CHILD_SUBREAPER, 1)
    _serve(control)


def _freeze() -> None:
    """Keep the collector away from what is here now, so that a child's collection does not copy its pages."""
    gc.collect()
    gc.freeze()


def _serve(control: socket.socket) -> None:
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    signal.set_wakeup_fd(wake_write)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        selector.register(wake_read, selectors.EVENT_READ)
        _say(control, {"ready": True})
        while True:
            for key, _ in selector.select():
                if key.fileobj == wake_read:
                    os.read(wake_read, 4096)
                    _reap(control)
                elif not _answer(control, (wake_read, wake_write)):
                    return


def _say(control: socket.socket, value: dict[str, Any], fds: list[int] | None = None) -> None:
    socket.send_fds(control, [json.dumps(value).encode() + b"\n"], fds or [])


def _reap(control: socket.socket) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        _say(control, {"exited": pid, "status": os.waitstatus_to_exitcode(status)})


def _answer(control: socket.socket, wake: tuple[int, int]) -> bool:
    """Do what the next messages ask; False once the other side has closed. Only the last can carry descriptors."""
    data, fds, _, _ = socket.recv_fds(control, 1 << 16, 3)
    for line in data.splitlines():
        request = json.loads(line)
        if "warm" in request:
            for name in WARM[request["warm"]]:
                __import__(name)
            if request["warm"] == "drawing":
                from grader.worker import rehearsal  # noqa: PLC0415 - imported by main

                rehearsal.draw()
            _freeze()
            if request["warm"] == "many":
                pages.merge()
        else:
            _fork(control, wake, request, fds)
    return bool(data)


def _fork(control: socket.socket, wake: tuple[int, int], request: dict[str, Any], fds: list[int]) -> None:
    pid = os.fork()
    if pid == 0:
        control.close()
        for fd in wake:
            os.close(fd)
        _become_worker(request, fds)
    for fd in fds:
        os.close(fd)
    pidfd = os.pidfd_open(pid)
    _say(control, {"pid": pid}, [pidfd])
    os.close(pidfd)


def _become_worker(request: dict[str, Any], fds: list[int]) -> None:
    """Never returns: whatever happens, this process ends here."""
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        channel_fd, output_fd = fds
        os.dup2(output_fd, 1)
        os.dup2(output_fd, 2)
        seen = confine(msgspec.convert(request["plan"], Plan), (channel_fd,))
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
