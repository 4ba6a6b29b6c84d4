"""Layer 2, files: a root of its own that holds read-only views of what code may read, and memory to write to."""

# Links are told apart from what they lead to, and paths are joined below a root: strings.
# ruff: noqa: PTH110, PTH112, PTH114, PTH115
from __future__ import annotations

import os
from pathlib import Path

from grader.confine import libc
from grader.confine.landlock import DEVICES
from grader.confine.plan import SCRATCH, Plan

_QUIET = libc.MS_NOSUID | libc.MS_NODEV
_INODES = 20_000  # of the scratch folder and of /dev/shm, each


def build(plan: Plan, uid: int, gid: int) -> None:
    """Make a private root and enter it. Runs in the new user, mount and pid namespaces; raises OSError.

    The new root is mounted over the scratch folder, which thereby becomes a tmpfs of `scratch_bytes`; nothing of the
    machine's files can be written but the sockets of a shared folder.
    """
    root = str(Path(plan.folder, SCRATCH))
    os.umask(0o022)  # the folders on the way to what is shown must be passable for another uid
    libc.mount("none", "/", None, libc.MS_REC | libc.MS_PRIVATE)
    libc.mount("tmpfs", root, "tmpfs", _QUIET, "size=1m,mode=0755")
    for path in plan.readable:
        _show(path, root)
    _hide(plan, root)
    _make_devices(root)
    if plan.shared:
        _bind(plan.folder, root + plan.folder, recursive=False)
    owned = f"uid={uid},gid={gid}"
    Path(root + plan.folder).mkdir(mode=0o755, parents=True, exist_ok=True)
    _tmpfs(root + plan.folder + "/" + SCRATCH, f"size={plan.scratch_bytes},nr_inodes={_INODES},mode=0700,{owned}")
    _tmpfs(root + "/dev/shm", f"size={plan.scratch_bytes},nr_inodes={_INODES},mode=0700,{owned}")  # noqa: S108
    Path(root + "/proc").mkdir(mode=0o755)
    libc.mount("proc", root + "/proc", "proc", _QUIET | libc.MS_NOEXEC | libc.MS_RDONLY)
    libc.make_read_only(root, recursive=False)
    libc.enter_root(root)
    os.umask(0o077)


def _show(path: str, root: str) -> None:
    """Make `path` readable below the new root: a link as a link, anything else as a read-only view.

    What this account cannot get at now, it is not shown either.
    """
    if not os.path.exists(path):
        return
    if os.path.islink(path):
        Path(root + path).parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        Path(root + path).symlink_to(os.readlink(path))
        return
    _bind(path, root + path, recursive=True)
    libc.make_read_only(root + path)


def _hide(plan: Plan, root: str) -> None:
    """Mount emptiness over the hidden folders that lie in a readable one."""
    for path in {os.path.realpath(hidden) for hidden in plan.hidden}:
        for base in plan.readable:
            real = os.path.realpath(base)
            if not os.path.islink(base) and os.path.isdir(path) and path.startswith(real + os.sep):
                libc.mount("tmpfs", root + base + path[len(real) :], "tmpfs", _QUIET | libc.MS_RDONLY, "size=4k")


def _make_devices(root: str) -> None:
    for device in DEVICES:
        _bind(device, root + device, recursive=False)
    for name, number in (("stdin", 0), ("stdout", 1), ("stderr", 2)):
        Path(root, "dev", name).symlink_to(f"/proc/self/fd/{number}")
    Path(root, "dev/fd").symlink_to("/proc/self/fd")


def _bind(source: str, target: str, *, recursive: bool) -> None:
    if os.path.isdir(source):
        Path(target).mkdir(mode=0o755, parents=True, exist_ok=True)
    else:
        Path(target).parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        Path(target).touch()
    libc.mount(source, target, None, libc.MS_BIND | (libc.MS_REC if recursive else 0))


def _tmpfs(target: str, options: str) -> None:
    Path(target).mkdir(mode=0o700, parents=True, exist_ok=True)
    libc.mount("tmpfs", target, "tmpfs", _QUIET | libc.MS_NOEXEC, options)
