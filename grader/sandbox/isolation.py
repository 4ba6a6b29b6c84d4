"""Which layers the workers of one run get: decided once, from what was asked for and what was seen to work."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from grader.confine import Plan, Profile, Rlimits, promised
from grader.errors import Mistake
from grader.model import Limits
from grader.sandbox import doctor, memory

NOT_ISOLATED = "none"
"""Stands first among a report's layers where nothing but process limits kept the code from the machine."""

SLOTS = 4096
"""Workers that run at the same time have different accounts, where root grades."""


@dataclass(frozen=True)
class Isolation:
    """A profile, the plan that each worker's is made from, and what the machine offers."""

    profile: Profile
    template: Plan
    capabilities: doctor.Capabilities

    def plan(self, folder: str, slot: int, limits: Limits, *, cgroup: str | None, shared: bool) -> Plan:
        """Return the plan of one worker."""
        uid = self.template.uid
        return msgspec.structs.replace(
            self.template,
            folder=folder,
            uid=None if uid is None else uid + slot % SLOTS,
            rlimits=_rlimits(self.template.rlimits, limits),
            cgroup=cgroup,
            shared=shared,
        )

    def layers(self, plan: Plan) -> tuple[str, ...]:
        """Return the layers that a worker with this plan must report."""
        return promised(plan, self.capabilities.landlock_abi)

    def told(self, layers: tuple[str, ...]) -> tuple[str, ...]:
        """Return what a report says: the layers, how memory is watched, and whether there is no isolation at all."""
        kept = "memory by cgroup" if self.capabilities.cgroup_folder else "memory by watchdog"
        bare = (NOT_ISOLATED,) if self.profile in {"process", "none"} else ()
        return (*bare, *layers, kept)


def decide(requested: str, *, own: bool = False) -> Isolation:
    """Probe the machine and return the isolation for `--isolation`.

    Raises `Mistake` for more than there is, and, under "auto", where nothing is: unless the files are the caller's `own`,
    who may run them anyway.
    """
    capabilities = doctor.UNTRIED if requested == "none" else doctor.probe()
    try:
        profile = doctor.choose(requested, capabilities)
    except Mistake:
        if not own or requested != "auto":
            raise
        profile = "process"
    return Isolation(profile, doctor.make_plan(profile, "/"), capabilities)


def _rlimits(base: Rlimits, limits: Limits) -> Rlimits:
    return msgspec.structs.replace(
        base,
        cpu_s=int(limits.submission_s) + 60,
        address_space_bytes=memory.address_space_bytes(limits.memory_bytes),
    )
