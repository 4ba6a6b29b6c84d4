"""Harms to try from inside: each function returns something true if it did harm, else it raises OSError or returns false."""

# Each attack is one system call.
from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import resource
import signal
import socket
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from grader.confine import libc
from grader.confine.calls import NUMBERS


class Victim(NamedTuple):
    """What there is to harm: a process, files, sockets, all outside of what the worker was given."""

    pid: int
    secret: str
    folder: str
    port: int
    path_socket: str
    abstract_socket: bytes
    hidden: str


def call(name: str, *arguments: int | bytes | None) -> int:
    column = 0 if os.uname().machine == "x86_64" else 1
    number = NUMBERS[name][column]
    assert number is not None
    return libc.syscall(name, number, *arguments)


def read_passwd(victim: Victim) -> object:
    return Path("/etc/passwd").read_bytes()


def read_secret(victim: Victim) -> object:
    return Path(victim.secret).read_bytes()


def read_secret_by_link(victim: Victim) -> object:
    os.symlink(victim.secret, "link")
    return Path("link").read_bytes()


def read_secret_by_hard_link(victim: Victim) -> object:
    os.link(victim.secret, "hard")
    return Path("hard").read_bytes()


def read_hidden(victim: Victim) -> object:
    return Path(victim.hidden, "answers.py").read_bytes()


def list_root(victim: Victim) -> object:
    return os.listdir("/")


def write_outside(victim: Victim) -> object:
    return Path(victim.folder, "written").write_bytes(b"x")


def truncate_outside(victim: Victim) -> object:
    os.truncate(Path(victim.folder, "valuable"), 0)
    return True


def truncate_by_reading(victim: Victim) -> object:
    number = os.open(Path(victim.folder, "valuable"), os.O_RDONLY | os.O_TRUNC)
    return number >= 0


def remove_outside(victim: Victim) -> object:
    os.unlink(Path(victim.folder, "valuable"))
    return True


def chmod_outside(victim: Victim) -> object:
    os.chmod(victim.folder, 0o777)
    return os.stat(victim.folder).st_mode & 0o777 == 0o777


def touch_outside(victim: Victim) -> object:
    os.utime(victim.folder, (1, 1))
    return os.stat(victim.folder).st_mtime == 1


def read_parents_environment(victim: Victim) -> object:
    return Path(f"/proc/{victim.pid}/environ").read_bytes()


def open_parents_memory(victim: Victim) -> object:
    return os.open(f"/proc/{victim.pid}/mem", os.O_RDWR) >= 0


def connect_tcp(victim: Victim) -> object:
    return socket.create_connection(("127.0.0.1", victim.port), timeout=1)


def send_datagram(victim: Victim) -> object:
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9))


def raw_netlink(victim: Victim) -> object:
    return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)


def connect_path(victim: Victim) -> object:
    made = socket.socket(socket.AF_UNIX)
    made.connect(victim.path_socket)
    return True


def connect_abstract(victim: Victim) -> object:
    made = socket.socket(socket.AF_UNIX)
    made.connect(victim.abstract_socket)
    return True


def signal_parent(victim: Victim) -> object:
    os.kill(victim.pid, signal.SIGCONT)
    return True


def signal_parents_thread(victim: Victim) -> object:
    return call("tgkill", victim.pid, victim.pid, signal.SIGCONT) == 0


def signal_by_descriptor(victim: Victim) -> object:
    signal.pidfd_send_signal(os.pidfd_open(victim.pid), signal.SIGCONT)
    return True


def signal_by_owner(victim: Victim) -> object:
    left, _ = socket.socketpair()
    fcntl.fcntl(left, fcntl.F_SETOWN, victim.pid)
    return True


def ptrace_parent(victim: Victim) -> object:
    seize, detach = 0x4206, 17
    call("ptrace", seize, victim.pid, 0, 0)
    call("ptrace", 0x4207, victim.pid, 0, 0)  # PTRACE_INTERRUPT, so that it can be let go
    os.waitpid(victim.pid, 0x40000000)  # __WALL
    call("ptrace", detach, victim.pid, 0, 0)
    return True


def read_parents_memory(victim: Victim) -> object:
    into = ctypes.create_string_buffer(8)
    local = struct.pack("PN", ctypes.addressof(into), 8)
    try:
        return call("process_vm_readv", victim.pid, local, 1, struct.pack("PN", 0, 8), 1, 0) >= 0
    except OSError as error:
        return error.errno == errno.EFAULT  # allowed, but nothing is mapped there


def limit_parent(victim: Victim) -> object:
    resource.prlimit(victim.pid, resource.RLIMIT_CORE, resource.prlimit(victim.pid, resource.RLIMIT_CORE))
    return True


def pin_parent(victim: Victim) -> object:
    os.sched_setaffinity(victim.pid, {0, 1})
    return True


def slow_parent(victim: Victim) -> object:
    os.setpriority(os.PRIO_PROCESS, victim.pid, os.getpriority(os.PRIO_PROCESS, 0))
    return True


def join_parents_session(victim: Victim) -> object:
    if os.fork() == 0:
        try:
            os.setsid()
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.wait()[1] == 0


def sibling_of_ours(victim: Victim) -> object:
    child = call("clone", 0x8000 | signal.SIGCHLD, 0, 0, 0, 0)  # CLONE_PARENT
    if child == 0:
        os._exit(0)
    return True


def new_user_namespace(victim: Victim) -> object:
    libc.unshare(libc.CLONE_NEWUSER)
    return True


def namespace_by_clone(victim: Victim) -> object:
    if call("clone", libc.CLONE_NEWUSER | signal.SIGCHLD, 0, 0, 0, 0) == 0:
        os._exit(0)
    os.wait()
    return True


def hidden_memory(victim: Victim) -> object:
    return os.memfd_create("x") >= 0


def shared_segment(victim: Victim) -> object:
    segment = call("shmget", 0, 4096, 0o600)
    libc.syscall("shmctl", 31 if os.uname().machine == "x86_64" else 195, segment, 0, None)  # IPC_RMID
    return segment >= 0


def message_queue(victim: Victim) -> object:
    queue = call("mq_open", b"grader-test", os.O_CREAT | os.O_RDWR, 0o600, None)
    libc.syscall("mq_unlink", 241 if os.uname().machine == "x86_64" else 181, b"grader-test")
    return queue >= 0


def asynchronous_calls(victim: Victim) -> object:
    return call("io_uring_setup", 1, bytes(120)) >= 0


def session_keyring(victim: Victim) -> object:
    return call("keyctl", 0, -3, 1) >= 0  # the id of the session keyring, made if need be


def execution_domain(victim: Victim) -> object:
    return call("personality", 0xFFFFFFFF) >= 0


def handle_of_file(victim: Victim) -> object:
    handle = ctypes.create_string_buffer(struct.pack("=Ii", 128, 0), 136)
    return call("name_to_handle_at", -100, victim.secret.encode(), handle.raw, bytes(4), 0) >= 0


def regain_root(victim: Victim) -> object:
    os.setresuid(0, 0, 0)
    return Path("/etc/shadow").read_bytes()


def outlive(victim: Victim) -> object:
    """Leave a daemon that writes into a pipe of the victim's for as long as it lives; see the test."""
    if os.fork() == 0:
        with contextlib.suppress(OSError):
            os.setsid()
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(30)
        os._exit(0)
    os.wait()
    return False


ATTACKS: tuple[Callable[[Victim], object], ...] = (
    read_passwd, read_secret, read_secret_by_link, read_secret_by_hard_link, read_hidden, list_root, write_outside,
    truncate_outside, truncate_by_reading, remove_outside, chmod_outside, touch_outside, read_parents_environment,
    open_parents_memory, connect_tcp, send_datagram, raw_netlink, connect_path, connect_abstract, signal_parent,
    signal_parents_thread, signal_by_descriptor, signal_by_owner, ptrace_parent, read_parents_memory, limit_parent,
    pin_parent, slow_parent, join_parents_session, sibling_of_ours, new_user_namespace, namespace_by_clone,
    hidden_memory, shared_segment, message_queue, asynchronous_calls, session_keyring, execution_domain,
    handle_of_file, regain_root,
)  # fmt: skip
