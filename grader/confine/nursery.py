"""Worlds made by a small process: what the fork server would pay dearly for costs little where no torch is imported.

Theory of operation. A fork of a process that holds torch costs milliseconds, and so does each page that it then writes
to. Where the server is root, it therefore forks a nursery before it imports anything large. The nursery makes a room for
each worker: new namespaces with a private root, and in them a process that is pid 1, without capabilities, that does
nothing for ever. The server forks the worker into the room's processes, and the worker enters the other namespaces by
itself. So one large process comes out of each request, not three.

The room ends when its pid 1 is killed, and everything in it with that: by the server once the worker has ended, and by
the kernel when the nursery ends, which ends with the server.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import traceback
from typing import NamedTuple, NoReturn

import msgspec

from grader.confine import libc, namespaces, process
from grader.confine.plan import Plan

_REQUEST_BYTES = 1 << 20


class Room(NamedTuple):
    """A world without a worker yet: a pidfd of its pid 1, and the namespaces that are outside of it; or why there is none."""

    pidfd: int
    outside: tuple[tuple[str, str], ...]
    error: str = ""

    def end(self) -> None:
        """Kill everything in it; it is gone once the descriptor can be read."""
        try:
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
        except ProcessLookupError:
            return


class Nursery:
    """Makes rooms. Create it in a process with one thread and little memory."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if os.fork() == 0:
            _serve(theirs)
        theirs.close()
        self._outside = namespaces.identities()
        self._own = os.open("/proc/self/ns/pid", os.O_RDONLY)

    def room(self, plan: Plan) -> Room:
        """Return a room for a worker with this plan, or with why there is none. Raises `EOFError` if the nursery has ended."""
        self._line.send(msgspec.json.encode(plan))
        told, fds, _, _ = socket.recv_fds(self._line, 1 << 16, 1)
        if not told:
            raise EOFError("the nursery has ended")
        error = told[1:].decode(errors="replace")
        return Room(fds[0] if fds else -1, self._outside, error)

    def fork(self, room: Room) -> int:
        """Fork as `os.fork` does; the child is one of the room's processes, if there is one, and has all else to enter yet."""
        if room.error:
            return os.fork()
        libc.setns(room.pidfd, libc.CLONE_NEWPID)
        pid = os.fork()
        if pid:
            libc.setns(self._own, libc.CLONE_NEWPID)
        return pid


def _serve(line: socket.socket) -> NoReturn:
    """Be the nursery until the other side closes the line."""
    process.die_with_parent()
    for low, high in ((0, 2), (3, line.fileno()), (line.fileno() + 1, 1 << 20)):  # errors are told on 2
        os.closerange(low, high)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # rooms end unseen; inside, orphans are collected by the kernel
    gc.freeze()
    own = os.open("/proc/self/ns/pid", os.O_RDONLY)
    while request := line.recv(_REQUEST_BYTES):
        plan = msgspec.json.decode(request, type=Plan)
        ready, told = os.pipe()
        libc.unshare(libc.CLONE_NEWPID)
        pid = os.fork()
        if pid == 0:
            _be_first(plan, told)
        libc.setns(own, libc.CLONE_NEWPID)
        os.close(told)
        with os.fdopen(ready, "rb") as reader:
            _answer(line, pid, reader.read())
    os._exit(0)


def _answer(line: socket.socket, pid: int, error: bytes) -> None:
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        socket.send_fds(line, [b"!" + (error or b"a room's first process ended")], [])
        return
    socket.send_fds(line, [b"!" + error], [pidfd])
    os.close(pidfd)


def _be_first(plan: Plan, told: int) -> NoReturn:
    """Be pid 1 of a new world: build it, say by closing `told` that it is there, and do nothing until killed."""
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        os.setsid()
        process.prepare_scratch(plan)
        namespaces.build(plan)
        namespaces.follow(told)
        process.no_new_privileges()
        libc.prctl("not dumpable", libc.PR_SET_DUMPABLE, 0)
        os.closerange(0, 1 << 20)
        while True:
            signal.pause()
    except BaseException:
        os.write(told, traceback.format_exc().encode(errors="replace")[-4000:])
    finally:
        os._exit(1)
