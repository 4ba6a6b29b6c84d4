"""What the trusted side asks of a fork, and what the fork says it became."""

from __future__ import annotations

from typing import Literal, TypeAlias

from grader.model.base import Value

Profile: TypeAlias = Literal["full", "floor", "process", "none"]

SCRATCH = "scratch"  # the part of `Plan.folder` that the worker may fill: its HOME, TMPDIR and working directory


class ConfinementError(RuntimeError):
    """A layer could not be put on, or did not show when read back: our fault, never the submission's."""


class Rlimits(Value, frozen=True, kw_only=True):
    """Limits that the kernel keeps for each process; None leaves what is inherited.

    `processes` is counted by the kernel over everything that the worker's uid runs on the machine, except inside a user
    namespace, and never for uid 0. `address_space_bytes` is a coarse belt (see docs/decisions/0005-memory-limits.md).
    """

    cpu_s: int | None = None
    file_size_bytes: int | None = 256 << 20
    open_files: int | None = 256
    processes: int | None = 256
    address_space_bytes: int | None = None


class Plan(Value, frozen=True, kw_only=True):
    """How one fork is confined.

    `folder` is a private, existing folder made by the trusted side; `shared` asks that UNIX sockets bound in it can be
    reached from both sides (a Jupyter kernel). `readable` are existing files and folders that code may read, none below
    another (`roots.outermost`); `hidden` are folders below them that it may not. `uid` is what to
    become when started by root. `shared_memory` lets a worker without namespaces use the machine's /dev/shm and connect
    to UNIX sockets, as DataLoader workers must; inside namespaces both are private and always there. `cgroup` is a
    cgroup v2 folder to move into.
    """

    profile: Profile
    folder: str
    readable: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    rlimits: Rlimits = Rlimits()
    uid: int | None = None
    shared: bool = False
    shared_memory: bool = False
    scratch_bytes: int = 512 << 20
    cgroup: str | None = None


class SelfReport(Value, frozen=True, kw_only=True):
    """What a confined process reads back of itself before any student code: a claim to compare with the probe.

    `layers` are those seen to be active, in the order process, uid, namespaces, landlock, seccomp. `capabilities` is
    the
    union of the permitted, effective, inheritable and ambient sets.
    """

    profile: Profile
    layers: tuple[str, ...]
    uid: int
    no_new_privs: bool
    seccomp_mode: int
    capabilities: int
    interfaces: tuple[str, ...]
    namespaces: tuple[tuple[str, str], ...] = ()
    landlock_abi: int = 0
