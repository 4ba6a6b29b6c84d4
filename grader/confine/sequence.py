"""The order of confinement: each step needs a power that a later one takes away."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader.confine import elsewhere
from grader.confine.plan import SCRATCH, ConfinementError, Plan, SelfReport

if sys.platform == "linux":
    from grader.confine import landlock, libc, namespaces, process, report, seccomp

if TYPE_CHECKING:
    from grader.confine.nursery import Room


def confine(plan: Plan, keep: Sequence[int] = (), room: Room | None = None) -> SelfReport:
    """Confine this freshly forked process as planned, and return what it has become.

    Descriptors 1, 2 and `keep` stay open, 0 becomes /dev/null. In profile "full" it returns in another process than it
    was called in, and the process that called waits for that one and ends as it does, unless it was forked into a `room`.
    Raises ConfinementError, after which the process is of no use: it is confined in part. Call it before anything of a
    submission is read.
    """
    if plan.profile == "none":
        return SelfReport(
            profile="none",
            layers=(),
            uid=os.getuid(),
            no_new_privs=False,
            seccomp_mode=0,
            capabilities=0,
            interfaces=(),
        )
    if sys.platform != "linux":
        return elsewhere.confine(plan)
    if len(os.listdir("/proc/self/task")) != 1:  # noqa: PTH208
        raise ConfinementError("more than one thread: Landlock and seccomp would bind only the one that asks")
    try:
        seen = _confine(plan, keep, room)
    except (OSError, KeyError, ValueError) as error:
        raise ConfinementError(f"profile {plan.profile}: {error}") from error
    missing = sorted(set(promised(plan, seen.landlock_abi)) - set(seen.layers))
    if missing:
        raise ConfinementError(f"profile {plan.profile}: not active when read back: {', '.join(missing)}")
    return seen


def promised(plan: Plan, landlock_abi: int) -> tuple[str, ...]:
    """Return the layers that a plan must bring; only "full" can do without Landlock, where the kernel has none."""
    layers = ["process"]
    layers += ["uid"] if plan.uid is not None else []
    layers += ["namespaces"] if plan.profile == "full" else []
    layers += ["landlock"] if plan.profile == "floor" or (plan.profile == "full" and landlock_abi) else []
    layers += ["seccomp"] if plan.profile in ("full", "floor") else []
    return tuple(layers)


def _confine(plan: Plan, keep: Sequence[int], room: Room | None) -> SelfReport:
    if plan.cgroup is not None:
        Path(plan.cgroup, "cgroup.procs").write_text("0", encoding="ascii")
    if room is not None and room.error:
        raise ConfinementError(f"no room was made: {room.error}")
    process.detach(plan, keep if room is None else (*keep, room.pidfd))
    before = report.EMPTY
    if room is not None:
        before = room.outside
        namespaces.join(room.pidfd, plan, lambda: _restrict(plan))
        facts = report.open_facts()
    elif plan.profile == "full":
        before = namespaces.identities()
        namespaces.enter(plan, lambda: _restrict(plan))
        facts = report.open_facts()
    else:
        libc.bound_capabilities()
        if plan.uid is not None:
            process.become(plan.uid)
        libc.drop_capabilities()
        process.die_with_parent()  # forgotten when uid or capabilities changed
        libc.prctl("dumpable", libc.PR_SET_DUMPABLE, 1)
        process.no_new_privileges()
        process.limit(plan.rlimits)
        facts = report.open_facts()
        if plan.profile == "floor":
            _restrict(plan)
    os.chdir(Path(plan.folder, SCRATCH))
    return report.read_back(plan, facts, before)


def _restrict(plan: Plan) -> None:
    version = landlock.abi()
    if version:
        landlock.restrict(landlock.rules(plan), version)
    elif plan.profile == "floor":
        raise ConfinementError("the kernel has no Landlock: without it and without namespaces every file can be read")
    seccomp.restrict(
        seccomp.rules(
            namespaces=plan.profile == "full",
            connect=plan.shared_memory,
            signals_scoped=version >= 6,
            pid=os.getpid(),
        )
    )
