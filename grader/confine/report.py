"""What a confined process is, read back from the kernel and by trying what must fail."""

from __future__ import annotations

import os
import resource
import socket

from grader.confine import landlock, namespaces
from grader.confine.plan import Plan, SelfReport

EMPTY: tuple[tuple[str, str], ...] = ()


def open_facts() -> tuple[int, int]:
    """Open this process's status and its network interfaces, to be read after files can no longer be opened."""
    return os.open("/proc/self/status", os.O_RDONLY), os.open("/proc/self/net/dev", os.O_RDONLY)


def read_back(plan: Plan, facts: tuple[int, int], before: tuple[tuple[str, str], ...]) -> SelfReport:
    """Return what this process is, and close `facts`. `before` is what the namespaces were.

    A layer is active if the kernel says so and what it forbids fails: the process layer if the session was left, no
    core is written and no privilege can be gained; Landlock if the root cannot be listed; seccomp if it is in filter
    mode and no socket for a network can be made.
    """
    status, interfaces = (_drain(number) for number in facts)
    values = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    capabilities = 0
    for kind in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
        capabilities |= int(values[kind], 16)
    uids = {int(text) for text in values["Uid"].split()}
    no_new_privs, mode = values["NoNewPrivs"] == "1", int(values["Seccomp"])
    inside = namespaces.identities() if plan.profile == "full" else EMPTY
    active = {
        "process": no_new_privs
        and resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
        and os.getsid(0) in (0, os.getpid()),
        "uid": plan.uid is not None and uids == {plan.uid} and plan.uid != 0,
        "namespaces": bool(before and inside) and namespaces.check(before, inside),
        "landlock": not _root_can_be_listed(),
        "seccomp": mode == 2 and not _network_can_be_used(),
    }
    return SelfReport(
        profile=plan.profile,
        layers=tuple(name for name, seen in active.items() if seen),
        uid=os.getuid(),
        no_new_privs=no_new_privs,
        seccomp_mode=mode,
        capabilities=capabilities,
        interfaces=tuple(line.split(":")[0].strip() for line in interfaces.splitlines()[2:]),
        namespaces=inside,
        landlock_abi=landlock.abi(),
    )


def _drain(number: int) -> str:
    with os.fdopen(number, encoding="utf-8") as file:
        return file.read()


def _root_can_be_listed() -> bool:
    try:
        os.listdir("/")  # noqa: PTH208
    except OSError:
        return False
    return True


def _network_can_be_used() -> bool:
    try:
        socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()
    except OSError:
        return False
    return True
