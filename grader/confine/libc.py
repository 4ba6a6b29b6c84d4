"""The system calls that the standard library does not wrap, each raising OSError with what it was about."""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import platform
import struct

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 32, 4096, 16384, 1 << 18
MNT_DETACH = 2

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_GET_SECCOMP, PR_SET_SECCOMP, PR_CAPBSET_DROP = 1, 4, 21, 22, 24
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 36, 38, 39, 47
PR_CAP_AMBIENT_CLEAR_ALL = 4

SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
SYS_CAPSET = {"x86_64": 126, "aarch64": 91}
SYS_MOUNT_SETATTR = 442  # the same on every architecture, as all calls since 424
_MOUNT_ATTR_RDONLY, _MOUNT_ATTR_NOSUID, _MOUNT_ATTR_NODEV = 1, 2, 4
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000


def syscall(what: str, number: int, *arguments: int | bytes | None) -> int:
    """Make a raw system call; integers are passed as longs, bytes as pointers. Raises OSError naming `what`."""
    function = _library().syscall
    function.restype = ctypes.c_long
    converted = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    return _checked(int(function(ctypes.c_long(number), *converted)), what)


def prctl(what: str, option: int, *arguments: int) -> int:
    """Call prctl with its five arguments filled up with zeros."""
    padded = [ctypes.c_ulong(value) for value in (*arguments, 0, 0, 0, 0)[:4]]
    return _checked(int(_library().prctl(ctypes.c_int(option), *padded)), what)


def unshare(flags: int) -> None:
    """Leave namespaces for new ones."""
    _checked(int(_library().unshare(ctypes.c_int(flags))), "unshare")


def setns(fd: int, kinds: int) -> None:
    """Enter namespaces: of a process, by its pidfd (needs Linux 5.8), or one by its file in `/proc`."""
    _checked(int(_library().setns(ctypes.c_int(fd), ctypes.c_int(kinds))), "setns")


def mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    """Mount `source` on `target`."""
    result = _library().mount(
        source.encode(), target.encode(), kind.encode() if kind else None, ctypes.c_ulong(flags), options.encode()
    )
    _checked(int(result), f"mount {kind or 'bind'} on {target}")


def make_read_only(target: str, *, recursive: bool = True) -> None:
    """Make a mount, and those below it, read-only, without set-uid programs and devices. Needs Linux 5.12."""
    attributes = struct.pack("=QQQQ", _MOUNT_ATTR_RDONLY | _MOUNT_ATTR_NOSUID | _MOUNT_ATTR_NODEV, 0, 0, 0)
    flags = _AT_RECURSIVE if recursive else 0
    syscall(f"read-only {target}", SYS_MOUNT_SETATTR, _AT_FDCWD, target.encode(), flags, attributes, len(attributes))


def enter_root(new_root: str) -> None:
    """Make the mount at `new_root` the root of this mount namespace, and let go of the old one."""
    os.chdir(new_root)
    syscall("pivot_root", SYS_PIVOT_ROOT[platform.machine()], b".", b".")
    _checked(int(_library().umount2(b".", ctypes.c_int(MNT_DETACH))), "detach the old root")
    os.chdir("/")


def bound_capabilities() -> None:
    """Empty the bounding set, as far as this process may: it matters only where it may."""
    try:
        for capability in range(64):
            prctl("bound a capability", PR_CAPBSET_DROP, capability)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.EPERM):  # past the last one; not privileged
            raise


def drop_capabilities() -> None:
    """Empty every set of capabilities that this process has or could pass on."""
    prctl("clear ambient capabilities", PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    header = struct.pack("=Ii", 0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this thread
    syscall("capset", SYS_CAPSET[platform.machine()], header, bytes(24))


@functools.cache
def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result
