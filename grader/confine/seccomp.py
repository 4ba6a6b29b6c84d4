"""Layer 4, seccomp: system calls that no exercise needs, or that the other layers do not cover, fail with an errno.

Theory of operation. A filter is a small BPF program over (call number, architecture, six arguments) that the kernel
runs at each system call of this process and its descendants, for ever. It cannot follow pointers. Ours lets everything
pass but what a rule names; a denied call fails, nothing is killed, so that a library that only probes goes on. Calls of
another architecture (x32, i386) and calls newer than the table fail with ENOSYS, as on an older kernel. Why not
libseccomp: docs/decisions/0006-seccomp.md.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import socket
import struct
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from grader.confine import libc
from grader.confine.calls import MACHINES, NEWEST, NUMBERS

DONE = 0  # an "errno" of 0: the call does nothing and says that it went well


class Rule(NamedTuple):
    """Fail a call with `errno`: always, or if one argument, masked, is (`unless` False) or is not among `values`.

    Only the low 32 bits of an argument are looked at: every argument used here is an int, or flags that fit in one.
    """

    call: str
    errno: int
    argument: int | None = None
    values: tuple[int, ...] = ()
    unless: bool = False
    mask: int = 0xFFFFFFFF


# Kernel facilities with which processes were taken over, machines reconfigured, or sandboxes left.
REFUSED = (
    "ptrace", "process_vm_readv", "process_vm_writev", "kcmp", "pidfd_getfd", "process_madvise", "process_mrelease",
    "seccomp", "mount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "fsopen", "fsconfig",
    "fsmount", "fspick", "mount_setattr", "unshare", "setns", "keyctl", "add_key", "request_key", "bpf",
    "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register", "init_module",
    "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot", "syslog", "acct", "swapon",
    "swapoff", "quotactl", "quotactl_fd", "settimeofday", "clock_settime", "adjtimex", "clock_adjtime",
    "sethostname", "setdomainname", "iopl", "ioperm", "modify_ldt", "uselib", "ustat", "sysfs", "_sysctl",
    "personality", "lookup_dcookie", "nfsservctl", "vhangup", "open_by_handle_at", "name_to_handle_at",
    "fanotify_init", "fanotify_mark", "move_pages", "migrate_pages", "setsid", "setpgid", "shmget", "msgget",
    "semget", "mq_open",
)  # fmt: skip
# setsid, setpgid: the trusted side finds every descendant by its session, and ends it by its group. The last four, and
# memfd below: memory that is mapped by nobody, and so seen by no watchdog.
ABSENT = ("clone3", "memfd_create", "memfd_secret")  # callers fall back to an older way

_NEW_NAMESPACES = 0x7E020000  # CLONE_NEWNS | NEWCGROUP | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET
_CLONE_PARENT = 0x8000  # the child becomes the server's
_F_SETOWN, _F_SETSIG, _F_SETOWN_EX, _F_SETLEASE, _F_NOTIFY = 8, 10, 15, 1024, 1026
_FIOSETOWN, _SIOCSPGRP, _TIOCSTI, _TIOCLINUX = 0x8901, 0x8902, 0x5412, 0x541C

EVERYWHERE = (
    *(Rule(call, errno.EPERM) for call in REFUSED),
    *(Rule(call, errno.ENOSYS) for call in ABSENT),
    *(Rule(call, DONE) for call in ("sync", "syncfs")),
    Rule("clone", errno.EPERM, 0, (0,), True, _NEW_NAMESPACES | _CLONE_PARENT),
    # libzmq looks at the network's interfaces first, and aborts at any other errno but two.
    Rule("socket", errno.EOPNOTSUPP, 0, (socket.AF_UNIX,), True),
    Rule("prctl", DONE, 0, (libc.PR_SET_PDEATHSIG,)),
    Rule("fcntl", errno.EPERM, 1, (_F_SETOWN, _F_SETSIG, _F_SETOWN_EX, _F_SETLEASE, _F_NOTIFY)),
    Rule("ioctl", errno.EPERM, 1, (_FIOSETOWN, _SIOCSPGRP, _TIOCSTI, _TIOCLINUX)),
    *(Rule(call, errno.EPERM, 0, (0,), True) for call in ("prlimit64", "sched_setaffinity")),  # 0: the caller itself
    # libzmq sets what its threads have already, naming them, and aborts when it may not.
    *(Rule(call, DONE, 0, (0,), True) for call in ("sched_setscheduler", "sched_setparam", "sched_setattr")),
    *(Rule("setpriority", errno.EPERM, argument, (0,), True) for argument in (0, 1)),
    Rule("ioprio_set", errno.EPERM, 0, (1,), True),
    Rule("ioprio_set", errno.EPERM, 1, (0,), True),
)

# Without namespaces: what Landlock does not cover would reach other files and processes of the same user.
_SOCKET_TYPE = 0xF
_STREAMS = (1, 5)  # SOCK_STREAM, SOCK_SEQPACKET; a datagram can be sent to any path
_TRUNCATING = os.O_TRUNC | os.O_ACCMODE
WITHOUT_NAMESPACES = (
    *(Rule(call, DONE) for call in ("chmod", "fchmod", "fchmodat", "fchmodat2")),
    *(Rule(call, DONE) for call in ("utime", "utimes", "utimensat", "futimesat")),
    *(Rule(call, errno.EPERM) for call in ("chown", "fchown", "lchown", "fchownat", "truncate")),
    *(Rule(call, errno.EPERM) for call in ("inotify_init", "inotify_init1", "tkill", "pidfd_send_signal")),
    *(Rule(call, errno.EPERM) for call in ("rt_sigqueueinfo", "rt_tgsigqueueinfo")),
    *(Rule(call, errno.ENOTSUP) for call in ("setxattr", "lsetxattr", "fsetxattr")),
    *(Rule(call, errno.ENOTSUP) for call in ("removexattr", "lremovexattr", "fremovexattr")),
    Rule("openat2", errno.ENOSYS),
    Rule("open", errno.EPERM, 1, (os.O_TRUNC,), False, _TRUNCATING),  # truncates a file opened for reading alone
    Rule("openat", errno.EPERM, 2, (os.O_TRUNC,), False, _TRUNCATING),
    Rule("socket", errno.EPERM, 1, _STREAMS, True, _SOCKET_TYPE),
    Rule("socketpair", errno.EPERM, 1, _STREAMS, True, _SOCKET_TYPE),
)

_LOAD, _AND, _RETURN = 0x20, 0x54, 0x06  # BPF_LD|W|ABS, BPF_ALU|AND|K, BPF_RET|K
_EQUAL, _GREATER, _JUMP = 0x15, 0x25, 0x05  # BPF_JMP|JEQ|K, BPF_JMP|JGT|K, BPF_JMP|JA
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000  # SECCOMP_RET_*
_NUMBER_AT, _MACHINE_AT, _ARGUMENTS_AT = 0, 4, 16  # struct seccomp_data; both machines are little-endian
_MODE_FILTER = 2


def rules(*, namespaces: bool, connect: bool, signals_scoped: bool, pid: int) -> tuple[Rule, ...]:
    """Return the rules for a worker with or without namespaces.

    Without: `connect` to UNIX sockets only if asked for, and where Landlock does not keep signals in (`signals_scoped`)
    a process signals itself and its group alone: its children, if it forks, none at all.
    """
    if namespaces:
        return EVERYWHERE
    extra: list[Rule] = [] if connect else [Rule("connect", errno.EPERM)]
    if not signals_scoped:
        extra += [
            Rule("kill", errno.EPERM, 0, (0, pid), True),
            Rule("tgkill", errno.EPERM, 0, (pid,), True),
        ]
    return (*EVERYWHERE, *WITHOUT_NAMESPACES, *extra)


def restrict(wanted: Iterable[Rule]) -> None:
    """Install the filter on this process. Needs no_new_privs and one thread. Raises OSError, or KeyError for a machine
    without a table.
    """
    program = compile_rules(wanted, platform.machine())
    code = ctypes.create_string_buffer(program, len(program))
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code)))
    libc.prctl("install the seccomp filter", libc.PR_SET_SECCOMP, _MODE_FILTER, ctypes.addressof(header))


def compile_rules(wanted: Iterable[Rule], machine: str) -> bytes:
    """Return the BPF program for a machine. Raises KeyError for one without a table."""
    column, audit = MACHINES[machine]
    lines = [
        (_LOAD, 0, 0, _MACHINE_AT),
        (_EQUAL, 1, 0, audit),
        _fail(errno.ENOSYS),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_GREATER, 0, 1, NEWEST),  # also every x32 call: their numbers have bit 30 set
        _fail(errno.ENOSYS),
    ]
    for rule in wanted:
        number = NUMBERS[rule.call][column]
        if number is not None:
            lines += _one(rule, number)
    lines.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def _one(rule: Rule, number: int) -> Iterator[tuple[int, int, int, int]]:
    """Give the lines of a rule; each starts and ends with the call's number loaded, and jumps nowhere else."""
    if rule.argument is None:
        yield (_EQUAL, 0, 1, number)
        yield _fail(rule.errno)
        return
    values = len(rule.values)
    yield (_EQUAL, 0, values + (4 if rule.unless else 5), number)
    yield (_LOAD, 0, 0, _ARGUMENTS_AT + 8 * rule.argument)
    yield (_AND, 0, 0, rule.mask)
    for index, value in enumerate(rule.values):
        yield (_EQUAL, values - index, 0, value)  # past the failure, or (below) past the jump around it
    if not rule.unless:
        yield (_JUMP, 0, 0, 1)  # none matched
    yield _fail(rule.errno)
    yield (_LOAD, 0, 0, _NUMBER_AT)


def _fail(number: int) -> tuple[int, int, int, int]:
    return (_RETURN, 0, 0, _ERRNO | number)
