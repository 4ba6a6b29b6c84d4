"""Layer 3, Landlock: which files a process and its descendants may open, whatever their uid.

Theory of operation. A *ruleset* names the rights it handles; each handled right is denied everywhere but beneath the
files and folders that a rule grants it for. `restrict` builds one and binds the calling thread to it for ever, and all
that it forks: so it must run while there is one thread. A kernel knows the rights up to its ABI version (asked for
by creating a ruleset with a flag); those above it are masked out here. From ABI 4 TCP is denied, from 6 signals and
abstract UNIX sockets reach no process outside. There is nothing against `stat`, `chmod`, UDP and path sockets:
`grader.confine.seccomp` sees to those. Source: https://docs.kernel.org/userspace-api/landlock.html.
"""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

from grader.confine import libc
from grader.confine.plan import SCRATCH, Plan

# Bits of LANDLOCK_ACCESS_FS_*, by the ABI that brought them.
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REMOVE_DIR, REMOVE_FILE = (1 << bit for bit in range(6))
MAKE_CHAR, MAKE_DIR, MAKE_REG, MAKE_SOCK, MAKE_FIFO, MAKE_BLOCK, MAKE_SYM = (1 << bit for bit in range(6, 13))
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
FILES_BY_ABI = {1: (1 << 13) - 1, 2: REFER, 3: TRUNCATE, 5: IOCTL_DEV}
TCP_BY_ABI = {4: 0b11}  # bind, connect
SCOPES_BY_ABI = {6: 0b11}  # abstract UNIX sockets, signals

READ = EXECUTE | READ_FILE | READ_DIR
FILL = (
    READ_FILE | READ_DIR | WRITE_FILE | TRUNCATE | REFER | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | MAKE_SOCK
    | MAKE_FIFO | MAKE_SYM
)  # fmt: skip
MEET = READ_FILE | READ_DIR | WRITE_FILE | TRUNCATE | REMOVE_FILE | MAKE_SOCK  # sockets, but no new files
SHARE_MEMORY = READ_FILE | WRITE_FILE | TRUNCATE | MAKE_REG | REMOVE_FILE
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV  # all that a rule for a file can hold

DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
FACTS = ("/proc/cpuinfo", "/proc/meminfo", "/proc/stat")  # what libraries read to count processors

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446  # the same on every architecture
_VERSION, _PATH_BENEATH = 1, 1


def abi() -> int:
    """Return the kernel's Landlock version, 0 where there is none or where it is switched off."""
    try:
        return libc.syscall("ask for Landlock's version", _CREATE, None, 0, _VERSION)
    except OSError:
        return 0


def rules(plan: Plan) -> Iterator[tuple[str, int]]:
    """Give each path with the rights granted beneath it; paths that do not exist are to be passed over."""
    scratch = str(Path(plan.folder, SCRATCH))
    yield scratch, FILL
    if plan.shared:
        yield plan.folder, MEET
    yield from ((device, READ_FILE | WRITE_FILE) for device in DEVICES)
    if plan.profile == "full":  # hidden folders are mounted over, /proc and /dev/shm are its own
        yield from ((root, READ) for root in plan.readable)
        yield from (("/proc", READ_FILE | READ_DIR), ("/dev/shm", SHARE_MEMORY | READ_DIR))  # noqa: S108
        return
    yield from ((path, READ_FILE) for path in FACTS)
    if plan.shared_memory:
        yield "/dev/shm", SHARE_MEMORY  # noqa: S108
    hidden = [os.path.realpath(path) for path in plan.hidden]
    for root in plan.readable:
        yield from _around(root, hidden)


def restrict(granted: Iterable[tuple[str, int]], version: int) -> None:
    """Bind this process to the granted rights. Needs no_new_privs and one thread. Raises OSError."""
    handled = known(FILES_BY_ABI, version)
    attributes = struct.pack("=QQQ", handled, known(TCP_BY_ABI, version), known(SCOPES_BY_ABI, version))
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = libc.syscall("create a Landlock ruleset", _CREATE, attributes, size, 0)
    try:
        for path, rights in granted:
            _grant(ruleset, path, rights & handled)
        libc.syscall("enter the Landlock ruleset", _RESTRICT, ruleset, 0)
    finally:
        os.close(ruleset)


def known(table: dict[int, int], version: int) -> int:
    """Return the union of the rights that an ABI version knows."""
    union = 0
    for since, bits in table.items():
        union |= bits if since <= version else 0
    return union


def _grant(ruleset: int, path: str, rights: int) -> None:
    try:
        beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return  # nothing there to grant
    try:
        allowed = rights if stat.S_ISDIR(os.fstat(beneath).st_mode) else rights & OF_FILES
        if allowed:
            rule = struct.pack("=Qi", allowed, beneath)
            libc.syscall(f"grant {path}", _ADD_RULE, ruleset, _PATH_BENEATH, rule, 0)
    finally:
        os.close(beneath)


def _around(root: str, hidden: list[str]) -> Iterator[tuple[str, int]]:
    """Give the rules for `root` without what is hidden below it; its folders on the way there can be listed.

    Rules only ever grant, so each neighbour on the way to a hidden folder gets one of its own.
    """
    real = os.path.realpath(root)
    if real in hidden:
        return
    if not any(path.startswith(real + os.sep) for path in hidden):
        yield root, READ
        return
    yield root, READ_DIR
    with os.scandir(real) as entries:
        names = [entry.path for entry in entries]
    for name in names:
        yield from _around(name, hidden)
