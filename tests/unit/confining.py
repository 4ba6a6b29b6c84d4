"""Running a function in a confined fork, for the tests of the layers."""

from __future__ import annotations

import contextlib
import functools
import os
import pickle
import select
import shutil
import signal
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from grader.confine import Plan, Profile, SelfReport, confine, libc, seccomp
from grader.confine.nursery import Nursery, Room
from grader.sandbox import doctor

NOBODY = 65534
"localhost".encode("idna")  # loads what sockets load on their first use: an account may not reach the interpreter
PROFILES: tuple[Profile, ...] = ("full", "floor")
IDENTITIES = ("root", "account", "user", "room") if os.geteuid() == 0 else ("user",)
"""Who starts the worker: root that stays root, root with an account for it, a user, root with an account and a nursery."""


class Ended(NamedTuple):
    """What the function returned, or the traceback of what it raised; and how the process ended, as waitpid says it."""

    value: Any
    error: str
    status: int
    report: SelfReport | None


@contextlib.contextmanager
def place() -> Iterator[Path]:
    """Give a folder for workers that other accounts can pass through, with a secret of another submission in it."""
    base = Path(tempfile.mkdtemp(prefix="grader-test-", dir="/tmp"))
    try:
        base.chmod(0o711)
        (base / "other").mkdir(mode=0o755)
        (base / "other").chmod(0o755)
        (base / "other" / "secret").write_bytes(b"the answer")
        (base / "w1").mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(base / "other" / "secret", NOBODY, NOBODY)
            os.chown(base / "other", NOBODY, NOBODY)
        yield base
    finally:
        shutil.rmtree(base)


def plan_for(profile: Profile, identity: str, base: Path, **changes: Any) -> Plan:
    """Return a plan for a worker started by root (staying root, or given an account), or by an ordinary user."""
    uid = doctor.FIRST_UID if identity in {"account", "room"} else None
    plan = doctor.make_plan(profile, str(base / "w1"))
    fields = {name: getattr(plan, name) for name in plan.__struct_fields__} | {"uid": uid} | changes
    if profile == "full" and "hidden" not in changes:
        fields["readable"] = tuple(path for path in fields["readable"] if Path(path).exists())
    return Plan(**fields)


def become_user(identity: str, base: Path) -> None:
    """Turn this process into an ordinary user, if that is what is asked for and it is root."""
    if identity == "user" and os.geteuid() == 0:
        os.chown(base / "w1", NOBODY, NOBODY)
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        libc.prctl("dumpable", libc.PR_SET_DUMPABLE, 1)


def confined(
    plan: Plan,
    identity: str,
    base: Path,
    function: Callable[[], Any],
    *,
    keep: Sequence[int] = (),
    before: Callable[[], None] = lambda: None,
    limit_s: float = 20.0,
) -> Ended:
    """Run a function in a confined fork and return what came of it; its group is killed at the end, as a sandbox does."""
    receive, send = os.pipe()
    pid, room = fork(plan, identity)
    if pid == 0:
        try:
            become_user(identity, base)
            before()
            report = confine(plan, (send, *keep), room)
            _say(send, ("report", report))
            _say(send, ("value", function()))
            os._exit(0)
        except BaseException:
            _say(send, ("error", traceback.format_exc()))
            os._exit(3)
    os.close(send)
    data = b""
    deadline = time.monotonic() + limit_s
    while select.select([receive], [], [], max(0.0, deadline - time.monotonic()))[0]:
        part = os.read(receive, 1 << 20)
        if not part:
            break
        data += part
        if b"END!" in data and b"value" in data:
            break
    os.close(receive)
    status = end(pid, patience_s=1.0)
    leave(room)
    told = dict(pickle.loads(part) for part in data.split(b"END!") if part)
    return Ended(told.get("value"), told.get("error", ""), status, told.get("report"))


def fork(plan: Plan, identity: str) -> tuple[int, Room | None]:
    """Fork as a fork server does: into a room, if that is the identity and the profile has one."""
    if identity != "room" or plan.profile != "full":
        return os.fork(), None
    room = _nursery().room(plan)
    return _nursery().fork(room), room


@functools.cache
def _nursery() -> Nursery:
    return Nursery()


def leave(room: Room | None) -> None:
    """End a room whose worker has ended, and wait until everything in it has."""
    if room is not None and not room.error:
        room.end()
        assert select.select([room.pidfd], [], [], 5.0)[0]
        os.close(room.pidfd)


def end(pid: int, patience_s: float) -> int:
    """Wait a moment for a worker, then kill its group; return its status."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            return status
        time.sleep(0.005)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    return os.waitpid(pid, 0)[1]


def close_user_namespaces() -> None:
    """Do as Docker's default profile does: refuse unshare, mount and their like to this process."""
    libc.prctl("no_new_privs", libc.PR_SET_NO_NEW_PRIVS, 1)
    seccomp.restrict([seccomp.Rule(call, 1) for call in ("unshare", "mount", "setns", "pivot_root")])


def _say(number: int, what: object) -> None:
    os.write(number, pickle.dumps(what) + b"END!")
