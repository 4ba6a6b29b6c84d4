"""Layer 2, processes: a world in which there is nothing but the worker, and which ends with it.

Theory of operation. Three processes come out of the one that was forked from the server (where that is root, only the
last does, and a small process makes the world: `grader.confine.nursery`):

    waiter   the forked process itself; known to the trusted side, sees nothing of a job, passes the worker's end on
    init     pid 1 of the new world; collects orphans; when it ends the kernel kills all that is left in there
    worker   what `enter` returns in; not pid 1, because pid 1's own signals are ignored

Killing the waiter kills init (PDEATHSIG), and that kills the world. Whoever is root with a uid to become builds the
world with root's own power and then gives it up: so an interpreter in a folder that only root can enter is still
within reach of the other uid. Anybody else uses a user namespace in which they are themselves, with all capabilities
until they are dropped.
"""

from __future__ import annotations

import os
import resource
import select
import signal
import struct
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from grader.confine import jail, libc, process
from grader.confine.plan import ConfinementError, Plan

KINDS = ("mnt", "pid", "net", "ipc", "uts")
_NEW = libc.CLONE_NEWNS | libc.CLONE_NEWNET | libc.CLONE_NEWIPC | libc.CLONE_NEWUTS


def enter(plan: Plan, restrict: Callable[[], None]) -> None:
    """Return in a new process inside new namespaces and a private root, without capabilities, after `restrict()`.

    The calling process becomes the waiter and never returns. Raises OSError or ConfinementError, in any one of the
    three processes.
    """
    if account(plan) is not None:
        libc.unshare(libc.CLONE_NEWPID)
    else:
        uid, gid = os.geteuid(), os.getegid()
        libc.prctl("dumpable", libc.PR_SET_DUMPABLE, 1)  # else /proc/self/uid_map belongs to root
        libc.unshare(libc.CLONE_NEWUSER | libc.CLONE_NEWPID)
        _map_self(uid, gid)
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    receive, send = os.pipe()
    init = os.fork()
    if init:
        os.close(send)
        _wait(init, receive)
    os.close(receive)
    follow(send)
    build(plan)
    follow(send)
    os.setpgid(0, 0)  # else kill(0, ...) reaches the waiter; the session stays, by which the trusted side finds us
    process.no_new_privileges()
    process.limit(plan.rlimits)
    restrict()
    libc.prctl("not dumpable", libc.PR_SET_DUMPABLE, 0)  # nobody writes to init's memory
    worker = os.fork()
    if worker:
        _collect(worker, send)
    os.close(send)
    libc.prctl("dumpable", libc.PR_SET_DUMPABLE, 1)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def account(plan: Plan) -> int | None:
    """Return the account that root gives a worker; root's own power makes the world then, without a user namespace."""
    return plan.uid if os.geteuid() == 0 else None


def build(plan: Plan) -> None:
    """Make this process, pid 1 of a new pid namespace, one without capabilities in new namespaces with a private root."""
    libc.unshare(_NEW)
    libc.syscall("sethostname", _SYS_SETHOSTNAME[os.uname().machine], b"grader", 6)
    owner = account(plan)
    jail.build(plan, *((os.geteuid(), os.getegid()) if owner is None else (owner, owner)))
    _give_up(plan)


def join(pidfd: int, plan: Plan, restrict: Callable[[], None]) -> None:
    """Enter the room that the pidfd leads to, among whose processes this one is already, and give up all power.

    Raises OSError.
    """
    libc.setns(pidfd, _NEW)
    os.close(pidfd)
    _give_up(plan)
    process.die_with_parent()
    process.no_new_privileges()
    process.limit(plan.rlimits)
    restrict()
    libc.prctl("dumpable", libc.PR_SET_DUMPABLE, 1)


def _give_up(plan: Plan) -> None:
    libc.bound_capabilities()
    owner = account(plan)
    if owner is not None:
        process.become(owner)
    libc.drop_capabilities()


_SYS_SETHOSTNAME = {"x86_64": 170, "aarch64": 161}


def identities() -> tuple[tuple[str, str], ...]:
    """Return the kind and the kernel's name of each namespace that this process is in."""
    return tuple((kind, str(Path(f"/proc/self/ns/{kind}").readlink())) for kind in (*KINDS, "user"))


def _map_self(uid: int, gid: int) -> None:
    for name, text in (
        ("setgroups", b"deny"),
        ("uid_map", b"%d %d 1" % (uid, uid)),
        ("gid_map", b"%d %d 1" % (gid, gid)),
    ):
        try:
            file = os.open(f"/proc/self/{name}", os.O_WRONLY)
            os.write(file, text)
            os.close(file)
        except OSError as error:
            raise OSError(error.errno, f"write {name}: {error.strerror}") from None


def follow(send: int) -> None:
    """Die with the parent, even if it died before we could ask for that: then nobody can read what we send."""
    process.die_with_parent()
    watched = select.poll()
    watched.register(send, 0)
    if any(event & select.POLLERR for _, event in watched.poll(0)):
        os._exit(1)


def _collect(worker: int, send: int) -> NoReturn:
    """Be init: wait for whatever ends, pass on how the worker did, and end, which ends everything in here."""
    os.closerange(0, send)
    os.closerange(send + 1, 1 << 20)
    while True:
        try:
            pid, status = os.waitpid(-1, 0)
        except OSError:
            os._exit(1)
        if pid == worker:
            os.write(send, struct.pack("=i", status))
            os._exit(0)


def _wait(init: int, receive: int) -> NoReturn:
    """Be the waiter: end as the worker did, by the same signal or with the same code; by SIGKILL if init was killed."""
    os.closerange(0, receive)
    os.closerange(receive + 1, 1 << 20)
    libc.prctl("not dumpable", libc.PR_SET_DUMPABLE, 0)
    process.die_with_parent()
    told = os.read(receive, 4)
    os.waitpid(init, 0)
    status = struct.unpack("=i", told)[0] if len(told) == 4 else int(signal.SIGKILL)
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signal.valid_signals())
        os.kill(os.getpid(), number)
    os._exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 1)


def check(before: tuple[tuple[str, str], ...], after: tuple[tuple[str, str], ...]) -> bool:
    """Tell whether every kind of namespace but the user's is another one than before."""
    old, new = dict(before), dict(after)
    if set(old) != set(new):
        raise ConfinementError(f"namespaces {sorted(old)} became {sorted(new)}")
    return all(old[kind] != new[kind] for kind in KINDS)
