"""The watchdog against real processes, the cgroup against a folder that looks like one."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from confining import IDENTITIES, PROFILES, become_user, place, plan_for

from grader.confine import Profile, confine
from grader.sandbox import cgroup, memory
from grader.sandbox.memory import CgroupGuard, Excess, Watchdog

MB = 1 << 20


@pytest.fixture
def base() -> Iterator[Path]:
    with place() as folder:
        yield folder


def start(profile: Profile, identity: str, base: Path, function: Callable[[], object]) -> int:
    """Fork a worker that waits a moment for its guard, and then does something and waits to be killed."""
    plan = plan_for(profile, identity, base)
    pid = os.fork()
    if pid == 0:
        try:
            become_user(identity, base)
            confine(plan)
            time.sleep(0.1)
            function()
            time.sleep(30)
        finally:
            os._exit(0)
    return pid


def watch(pid: int, guard: memory.MemoryGuard, limit_s: float = 10.0) -> Excess | None:
    guard.attach(pid)
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        found = guard.exceeded()
        if found is not None:
            return found
        time.sleep(0.01)
    return None


def settle(pid: int) -> None:
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline and any(_lives_in(pid, other) for other in psutil.pids()):
        time.sleep(0.01)
    assert not [other for other in psutil.pids() if _lives_in(pid, other)]


def _lives_in(session: int, pid: int) -> bool:
    try:
        return os.getsid(pid) == session and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except (OSError, psutil.NoSuchProcess):
        return False


def _fill(megabytes: int) -> None:
    kept = bytearray(megabytes * MB)
    kept[::4096] = b"x" * len(kept[::4096])
    globals()["kept"] = kept


@pytest.mark.parametrize("identity", sorted({*IDENTITIES} - {"room"}))
@pytest.mark.parametrize("profile", [*PROFILES, "process"])
def test_memory_is_noticed_and_the_worker_ended(profile: Profile, identity: str, base: Path) -> None:
    pid = start(profile, identity, base, lambda: _fill(300))
    with memory.guard(200 * MB) as guard:
        assert watch(pid, guard) is Excess.MEMORY
        assert guard.peak_bytes() > 200 * MB
    settle(pid)


def test_memory_hidden_by_sharing_it_with_a_child_is_noticed(base: Path) -> None:
    def share() -> None:
        _fill(300)
        if os.fork() == 0:
            time.sleep(30)

    pid = start("full", IDENTITIES[0], base, share)
    with memory.guard(200 * MB) as guard:
        assert watch(pid, guard) is Excess.MEMORY
    settle(pid)


def test_shared_pages_are_not_counted_for_each_child(base: Path) -> None:
    def share() -> None:
        _fill(150)
        for _ in range(3):
            if os.fork() == 0:
                time.sleep(30)

    pid = start("full", IDENTITIES[0], base, share)
    with memory.guard(300 * MB) as guard:
        assert watch(pid, guard, limit_s=1.0) is None
        assert 100 * MB < guard.peak_bytes() < 300 * MB
    settle(pid)


@pytest.mark.parametrize("profile", PROFILES)
def test_processes_are_noticed_before_memory(profile: Profile, base: Path) -> None:
    def bomb() -> None:
        _fill(100)
        for _ in range(40):
            if os.fork() == 0:
                time.sleep(30)

    pid = start(profile, IDENTITIES[0], base, bomb)
    with memory.guard(400 * MB, processes=20) as guard:
        assert watch(pid, guard) is Excess.PROCESSES
        assert guard.exceeded() is Excess.PROCESSES
    settle(pid)


def test_files_are_noticed_in_the_floor(base: Path) -> None:
    def litter() -> None:
        for number in range(40):
            Path(f"file-{number}").write_bytes(bytes(MB))

    pid = start("floor", IDENTITIES[0], base, litter)
    with memory.guard(20 * MB, folder=str(base / "w1")) as guard:
        assert watch(pid, guard) is Excess.FILES
    settle(pid)


def test_a_modest_worker_is_left_alone(base: Path) -> None:
    pid = start("full", IDENTITIES[0], base, lambda: _fill(20))
    with memory.guard(200 * MB) as guard:
        assert watch(pid, guard, limit_s=0.6) is None
        assert guard.peak_bytes() < 100 * MB
    settle(pid)


def test_a_worker_that_is_gone_is_no_excess() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    with memory.guard(MB) as guard:
        assert watch(pid, guard, limit_s=0.2) is None


def test_samples_are_taken_no_more_often_than_told(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    guard = Watchdog(MB, 1, clock=lambda: now[0])
    guard.attach(os.getpid())
    seen: list[object] = []
    monkeypatch.setattr(guard, "_sample", seen.append)
    for moment in (0.0, 0.01, 0.04, 0.051, 0.06, 0.2):
        now[0] = moment
        guard.exceeded()
    assert len(seen) == 3


def test_mappings_are_bounded_at_three_times_the_budget_and_two_gigabytes() -> None:
    assert memory.address_space_bytes(1 << 30) == 5 << 30


class Tree(CgroupGuard):
    """A cgroup whose folder is an ordinary one, which cannot be removed while there are files in it."""

    def close(self) -> None:
        for file in self._own.glob("*"):
            file.unlink()
        super().close()


def test_a_cgroup_is_made_limited_read_and_removed(tmp_path: Path) -> None:
    guard = Tree(tmp_path, 100 * MB, 32)
    own = Path(guard.folder or "")
    assert (own / "memory.max").read_text() == str(100 * MB)
    assert (own / "pids.max").read_text() == "32"
    assert (own / "memory.swap.max").read_text() == "0"
    guard.attach(4242)
    assert (own / "cgroup.procs").read_text() == "4242"
    assert guard.exceeded() is None
    (own / "memory.events").write_text("low 0\nhigh 0\nmax 4\noom 1\noom_kill 1\n")
    assert guard.exceeded() is Excess.MEMORY
    (own / "pids.events").write_text("max 3\n")
    assert guard.exceeded() is Excess.PROCESSES
    (own / "memory.peak").write_text("123456\n")
    assert guard.peak_bytes() == 123456
    guard.kill()
    assert (own / "cgroup.kill").read_text() == "1"
    guard.close()
    assert not own.exists()
    guard.kill()
    guard.close()


def test_members_are_killed_one_by_one_on_older_kernels(tmp_path: Path) -> None:
    guard = Tree(tmp_path, MB, 1)
    own = Path(guard.folder or "")
    pid = os.fork()
    if pid == 0:
        time.sleep(30)
        os._exit(0)
    (own / "cgroup.procs").write_text(f"{pid}\n")
    (own / "cgroup.kill").mkdir()
    guard.kill()
    assert os.waitpid(pid, 0)[1] == signal.SIGKILL
    (own / "cgroup.kill").rmdir()
    guard.close()


def test_a_cgroup_that_is_never_empty_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    guard = CgroupGuard(tmp_path, MB, 1)
    with pytest.raises(OSError, match="not empty"):
        guard.close()


def _tree(tmp_path: Path, controllers: str, passed_on: str, members: str) -> tuple[Path, Path, Path]:
    tree = tmp_path / "tree"
    (tree / "mine").mkdir(parents=True)
    (tree / "cgroup.controllers").write_text(controllers)
    (tree / "cgroup.subtree_control").write_text("")
    (tree / "mine" / "cgroup.controllers").write_text(controllers)
    (tree / "mine" / "cgroup.subtree_control").write_text(passed_on)
    (tree / "mine" / "cgroup.procs").write_text(members)
    mounts, own = tmp_path / "mountinfo", tmp_path / "cgroup"
    mounts.write_text(f"1 2 0:1 / {tree} rw - cgroup2 cgroup2 rw\n")
    own.write_text("4:memory:/v1\n0::/mine\n")
    return mounts, own, tree


def test_no_cgroup_tree_no_controllers_and_no_delegation_are_told(tmp_path: Path) -> None:
    assert cgroup.delegated(tmp_path / "absent", tmp_path / "absent") == (None, "no cgroup v2 tree is mounted")
    mounts, own, _ = _tree(tmp_path / "a", "hugetlb", "", "")
    assert cgroup.delegated(mounts, own)[1].startswith("the cgroup v2 tree has no memory and pids controllers")
    mounts, own, tree = _tree(tmp_path / "b", "memory pids", "", "1\n2\n")
    assert cgroup.delegated(mounts, own) == (
        None,
        f"{tree}/mine does not pass memory and pids on, or holds other processes",
    )


def test_a_delegated_cgroup_of_our_own_is_made_ready(tmp_path: Path) -> None:
    mounts, own, tree = _tree(tmp_path, "memory pids", "", f"{os.getpid()}\n")
    found, why = cgroup.delegated(mounts, own)
    # An ordinary folder lets nothing be removed that holds a file: that is where the trial ends here.
    assert (found, "not empty" in why) == (None, True)
    assert (tree / "mine" / "grader" / "cgroup.procs").read_text() == str(os.getpid())
    assert (tree / "mine" / "cgroup.subtree_control").read_text() == "+memory +pids"
