"""Layer 1: a session of its own, limits, an environment and descriptors that hold nothing of ours."""

from __future__ import annotations

import os
import resource
import signal
import stat
from collections.abc import Sequence
from pathlib import Path

from grader.confine import libc
from grader.confine.plan import SCRATCH, ConfinementError, Plan, Rlimits
from grader.confine.surroundings import environment, replace


def detach(plan: Plan, keep: Sequence[int]) -> None:
    """Leave the session, the environment, the descriptors and the folder of the server; die when it dies.

    Raises ConfinementError for a descriptor of a folder: one would lead out of every private root.
    """
    os.setsid()
    die_with_parent()
    os.umask(0o077)
    prepare_scratch(plan)
    replace(environment(plan.folder, dict(os.environ)))
    _close_descriptors(keep)


def die_with_parent() -> None:
    """Ask for SIGKILL when the parent ends. Forgotten by the kernel at each change of uid or capabilities."""
    libc.prctl("die with the parent", libc.PR_SET_PDEATHSIG, signal.SIGKILL)


def no_new_privileges() -> None:
    """Make set-uid programs and file capabilities ineffective from here on; Landlock and seccomp ask for it."""
    libc.prctl("no_new_privs", libc.PR_SET_NO_NEW_PRIVS, 1)


def limit(limits: Rlimits) -> None:
    """Set the limits, hard and soft, never above what is inherited; no core files."""
    wanted = {
        resource.RLIMIT_CPU: limits.cpu_s,
        resource.RLIMIT_FSIZE: limits.file_size_bytes,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_NPROC: limits.processes,
        resource.RLIMIT_AS: limits.address_space_bytes,
        resource.RLIMIT_DATA: limits.address_space_bytes,
        resource.RLIMIT_CORE: 0,
        getattr(resource, "RLIMIT_MSGQUEUE", resource.RLIMIT_CORE): 0,
    }
    for kind, value in wanted.items():
        if value is not None:
            hard = resource.getrlimit(kind)[1]
            bounded = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(kind, (bounded, bounded))


def become(uid: int) -> None:
    """Give up root for an account without a name, and its group of the same number."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def prepare_scratch(plan: Plan) -> None:
    """Make the folder that the worker may fill, and give it to the worker's account."""
    scratch = Path(plan.folder, SCRATCH)
    scratch.mkdir(mode=0o700, exist_ok=True)
    if plan.uid is not None and os.geteuid() == 0:
        os.chown(plan.folder, plan.uid, plan.uid)
        os.chown(scratch, plan.uid, plan.uid)


def _close_descriptors(keep: Sequence[int]) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    for number in (1, 2):
        if not _is_open(number):
            os.dup2(null, number)
    kept = sorted({0, 1, 2, *keep})
    for number in kept:
        if stat.S_ISDIR(os.fstat(number).st_mode):
            raise ConfinementError(f"descriptor {number} is a folder: it would lead out of the private root")
    for low, high in zip(kept, [*kept[1:], 1 << 20], strict=True):  # one close_range call each, however many are open
        os.closerange(low + 1, high)


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True
