"""Layer 5: how much memory a worker and all its descendants use, and ending them all.

A cgroup counts and limits exactly, where this process may make one; else a watchdog adds up what the kernel says of
each process. Both also bound the number of processes. Reasons and numbers: docs/decisions/0005-memory-limits.md.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import psutil

SAMPLE_S = 0.05
FILES_EVERY = 10  # samples between two looks at a folder
MAX_ENTRIES = 20_000
MAX_LEVELS = 50


class Excess(StrEnum):
    """What there is too much of."""

    MEMORY = "memory"
    PROCESSES = "processes"
    FILES = "files"


class MemoryGuard(Protocol):
    """Watches one worker. `attach` takes the pid that the fork server gave; `exceeded` is cheap to ask again and again.

    `folder` is for `Plan.cgroup`: a worker that moves itself there takes all its descendants along.
    """

    folder: str | None

    def attach(self, pid: int) -> None:
        """Begin to watch."""

    def exceeded(self) -> Excess | None:
        """Return what there is too much of, or was."""

    def peak_bytes(self) -> int:
        """Return the most that was in use."""

    def kill(self) -> None:
        """End the worker and all its descendants."""

    def close(self) -> None:
        """Leave nothing behind."""


def address_space_bytes(budget_bytes: int) -> int:
    """Return the bound on a worker's mappings for a memory budget: torch and its threads map far more than they use."""
    return 3 * budget_bytes + (2 << 30)


@contextlib.contextmanager
def guard(
    budget_bytes: int,
    *,
    processes: int = 128,
    cgroup: Path | None = None,
    folder: str | None = None,
    sealed: bool = False,
) -> Iterator[MemoryGuard]:
    """Give the guard for one worker, and see that nothing of it is left afterwards.

    `cgroup` is what `grader.sandbox.cgroup.delegated` found; without it `folder`, if given, is watched for files too
    (a worker without namespaces writes to the machine's disk). `sealed` tells that once the process is gone that is
    attached, all of its descendants are, as in a pid namespace.
    """
    made: MemoryGuard = (
        CgroupGuard(cgroup, budget_bytes, processes)
        if cgroup
        else Watchdog(budget_bytes, processes, watched=folder, sealed=sealed)
    )
    try:
        yield made
    finally:
        made.kill()
        made.close()


class Watchdog:
    """Samples every process of the session that the worker leads, at most every `SAMPLE_S`."""

    def __init__(
        self,
        budget_bytes: int,
        processes: int,
        *,
        watched: str | None = None,
        sealed: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folder: str | None = None
        self._budget, self._processes, self._watched, self._clock = budget_bytes, processes, watched, clock
        self._sealed = sealed
        self._leader: psutil.Process | None = None
        self._inherited = self._peak = self._samples = 0
        self._next = 0.0
        self._excess: Excess | None = None

    def attach(self, pid: int) -> None:
        """Watch the session led by `pid`, which has just been forked: what it has by now is not its own."""
        with contextlib.suppress(psutil.NoSuchProcess):
            self._leader = psutil.Process(pid)
            self._inherited = _resident(pid)

    def exceeded(self) -> Excess | None:
        """Return what there is too much of, processes first: a fork bomb is not told that it used memory."""
        now = self._clock()
        if self._excess is None and self._leader is not None and now >= self._next:
            self._excess = self._sample(self._members())
            took = self._clock() - now
            self._next = now + took + max(SAMPLE_S, 3 * took)  # looking closer takes up to 10 ms a process
        return self._excess

    def peak_bytes(self) -> int:
        """Return the most that was seen in use, beyond what was inherited; between samples it may have been more."""
        return self._peak

    def kill(self) -> None:
        """Send SIGKILL to the whole session until there is nobody left in it."""
        if self._sealed and self._leader is not None and not self._leader.is_running():
            return
        for _ in range(100):
            members = self._members()
            if not members or self._leader is None:
                return
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._leader.pid, signal.SIGKILL)
            for pid in members:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.001)

    def close(self) -> None:
        """Forget the worker."""
        self._leader = None

    def _members(self) -> list[int]:
        """Return the living processes of the session; a pid that was given to another process is not ours."""
        if self._leader is None:
            return []
        if psutil.pid_exists(self._leader.pid) and not self._leader.is_running():
            return []
        return [pid for pid in psutil.pids() if _session(pid) == self._leader.pid and not _ended(pid)]

    def _sample(self, members: list[int]) -> Excess | None:
        self._samples += 1
        if len(members) > self._processes:
            return Excess.PROCESSES
        used = sum(max(0, _resident(pid) - self._inherited) for pid in members)
        if used > self._budget:  # pages that a fork shares were counted for each: look closer
            used = max(0, sum(_proportional(pid, self._inherited) for pid in members) - self._inherited)
        self._peak = max(self._peak, used)
        if used > self._budget:
            return Excess.MEMORY
        if self._watched and self._samples % FILES_EVERY == 0 and _too_full(Path(self._watched), self._budget):
            return Excess.FILES
        return None


class CgroupGuard:
    """A cgroup v2 of the worker's own: the kernel limits, counts and kills."""

    def __init__(self, parent: Path, budget_bytes: int, processes: int) -> None:
        own = parent / f"worker-{os.getpid()}-{time.monotonic_ns()}"
        own.mkdir()
        self.folder: str | None = str(own)
        self._own, self._peak = own, 0
        _write(own / "memory.max", budget_bytes)
        _write(own / "memory.swap.max", 0)
        _write(own / "memory.oom.group", 1)  # all of it or nothing: a worker without its helper only hangs
        _write(own / "pids.max", processes)

    def attach(self, pid: int) -> None:
        """Move a process in; its descendants of before stay where they are, so `Plan.cgroup` is the better way."""
        with contextlib.suppress(ProcessLookupError):
            (self._own / "cgroup.procs").write_text(str(pid), encoding="ascii")

    def exceeded(self) -> Excess | None:
        """Return what the kernel had to refuse or to kill for."""
        if _event(self._own / "pids.events", "max"):
            return Excess.PROCESSES
        return Excess.MEMORY if _event(self._own / "memory.events", "oom_kill") else None

    def peak_bytes(self) -> int:
        """Return the most that was in use; needs Linux 5.19, else it is the most seen when asked."""
        for name in ("memory.peak", "memory.current"):
            with contextlib.suppress(OSError, ValueError):
                self._peak = max(self._peak, int((self._own / name).read_text(encoding="ascii")))
                break
        return self._peak

    def kill(self) -> None:
        """Kill every member at once; one by one before Linux 5.14."""
        self.peak_bytes()
        if not self._own.exists():
            return
        try:
            _write(self._own / "cgroup.kill", 1, optional=False)
        except OSError:
            for line in (self._own / "cgroup.procs").read_text(encoding="ascii").split():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(line), signal.SIGKILL)

    def close(self) -> None:
        """Remove the cgroup, waiting up to a second for its members to be gone. Raises OSError if they are not."""
        for _ in range(200):
            try:
                self._own.rmdir()
            except FileNotFoundError:
                return
            except OSError:
                time.sleep(0.005)
            else:
                return
        self._own.rmdir()


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except OSError:
        return -1


def _ended(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _resident(pid: int) -> int:
    """Return the bytes of anonymous and shared memory of a process, those shared with its parent included."""
    wanted = ("RssAnon:", "RssShmem:")
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return _resident_elsewhere(pid)
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith(wanted))


def _resident_elsewhere(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


def _proportional(pid: int, inherited: int) -> int:
    """Return the bytes of a process, each page divided by the number of its users; not dumpable ones cannot be read."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return max(0, _resident(pid) - inherited)
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith(("Pss_Anon:", "Pss_Shmem:")))


def _too_full(folder: Path, budget_bytes: int) -> bool:
    """Tell whether a folder holds too much, or what cannot be counted: too deep, or closed to us."""
    entries = size = 0
    todo = [(str(folder), 0)]
    while todo:
        path, depth = todo.pop()
        try:
            with os.scandir(path) as found:
                for entry in found:
                    entries += 1
                    if entry.is_dir(follow_symlinks=False):
                        todo.append((entry.path, depth + 1))
                    else:
                        size += entry.stat(follow_symlinks=False).st_blocks * 512
                    if entries > MAX_ENTRIES or size > budget_bytes or depth > MAX_LEVELS:
                        return True
        except FileNotFoundError:
            continue  # gone since it was listed
        except OSError:
            return True
    return False


def _write(file: Path, value: int, *, optional: bool = True) -> None:
    with contextlib.suppress(*(FileNotFoundError,) if optional else ()):
        file.write_text(str(value), encoding="ascii")


def _event(file: Path, name: str) -> int:
    try:
        pairs = (line.split() for line in file.read_text(encoding="ascii").splitlines())
        return next((int(value) for key, value in pairs if key == name), 0)
    except (OSError, ValueError):
        return 0
