"""Finding a place in the cgroup v2 tree where this process may make cgroups with memory limits."""

from __future__ import annotations

import os
from pathlib import Path

NEEDED = ("memory", "pids")


def delegated(
    mounts: Path = Path("/proc/self/mountinfo"), own: Path = Path("/proc/self/cgroup")
) -> tuple[Path | None, str]:
    """Return the folder to make cgroups in, or None with the reason why there is none.

    The root of the tree, where root made it pass memory and pids on; else this process's own cgroup, if that was
    delegated to it (`systemd-run --user --scope -p Delegate=yes`) and holds nothing else: it moves into a child of it,
    because a cgroup that has members cannot pass controllers on.
    """
    try:
        tree = next(line.split()[4] for line in mounts.read_text().splitlines() if " - cgroup2 " in line)
        mine = next(line[3:] for line in own.read_text().splitlines() if line.startswith("0::"))
    except (OSError, StopIteration):
        return None, "no cgroup v2 tree is mounted"
    here = Path(tree, mine.lstrip("/"))
    if not set(NEEDED) <= set(_words(here / "cgroup.controllers")) | set(_words(Path(tree, "cgroup.controllers"))):
        return None, "the cgroup v2 tree has no memory and pids controllers here (a v1 tree may hold them)"
    why = ""
    for place in (Path(tree), here):
        why = _try(place, alone=place == here)
        if not why:
            return place, ""
    return None, why


def _try(place: Path, *, alone: bool) -> str:
    """Make a cgroup in `place` and remove it; return why that failed, or nothing."""
    trial = place / f"grader-trial-{os.getpid()}"
    try:
        if not set(NEEDED) <= set(_words(place / "cgroup.subtree_control")):
            if not alone or _words(place / "cgroup.procs") != [str(os.getpid())]:
                return f"{place} does not pass memory and pids on, or holds other processes"
            supervisor = place / "grader"
            supervisor.mkdir(exist_ok=True)
            (supervisor / "cgroup.procs").write_text(str(os.getpid()))
            (place / "cgroup.subtree_control").write_text("+memory +pids")
        trial.mkdir()
        try:
            (trial / "memory.max").write_text("max")
        finally:
            trial.rmdir()
    except OSError as error:
        return f"{place}: {error.strerror}"
    return ""


def _words(file: Path) -> list[str]:
    try:
        return file.read_text().split()
    except OSError:
        return []
