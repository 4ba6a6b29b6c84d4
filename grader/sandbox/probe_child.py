"""The throw-away program that is confined and then attacks: what it could not do is what a layer stops.

Run as `python -I <this file>` with a request on stdin; answers on stdout, both JSON. It is the victim: a listener, a
secret in a folder beside the workers', and its own process are what its children go for. Imports no torch.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import msgspec

from grader.confine import ConfinementError, Plan, confine, libc
from grader.model.base import Value

MARKS = (signal.SIGUSR1, signal.SIGUSR2)  # the signal with which the first plan's child, and the second's, hits us
SURVIVOR_S = 5.0
LIMIT_S = 5.0
PTRACE_SEIZE = {"x86_64": 101, "aarch64": 117}


class Target(Value, frozen=True, kw_only=True):
    """What the attackers go for."""

    secret: str
    writable: str
    port: int
    pid: int
    mark: int


class Request(Value, frozen=True, kw_only=True):
    """At most two plans to try, and the secret's file, whose folder is written to."""

    plans: tuple[Plan, ...]
    secret: str


class Attempt(Value, frozen=True, kw_only=True):
    """How one plan went: the error that ended it, or the layers that were active and the harm that was done."""

    error: str = ""
    layers: tuple[str, ...] = ()
    landlock_abi: int = 0
    harm: tuple[str, ...] = ()


def main() -> None:
    """Answer the request on stdin."""
    request = msgspec.json.decode(sys.stdin.buffer.read(), type=Request)
    sys.stdout.buffer.write(msgspec.json.encode(try_all(request)))


def try_all(request: Request) -> tuple[Attempt, ...]:
    """Confine a child for each plan, at the same time, let it attack, and see what harm was done."""
    signal.pthread_sigmask(signal.SIG_BLOCK, MARKS)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        children = [
            _start(
                plan,
                Target(
                    secret=request.secret,
                    writable=str(Path(request.secret).with_name(f"written-{mark}")),
                    port=listener.getsockname()[1],
                    pid=os.getpid(),
                    mark=mark,
                ),
            )
            for plan, mark in zip(request.plans, MARKS, strict=False)
        ]
        return tuple(_finish(*child) for child in children)


def attacks(target: Target) -> dict[str, Callable[[], object]]:
    """Return the harms to try, by name; each raises, or returns something false, if nothing came of it."""
    return {
        "read /etc/passwd": lambda: Path("/etc/passwd").read_bytes(),
        "read a file of another submission": lambda: Path(target.secret).read_bytes(),
        "list a folder of another submission": lambda: list(Path(target.secret).parent.iterdir()),
        "write outside": lambda: Path(target.writable).write_bytes(b"x"),
        "reach 127.0.0.1": lambda: socket.create_connection(("127.0.0.1", target.port), timeout=0.5),
        "send a datagram": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9)),
        "ptrace the parent": lambda: libc.syscall(
            "ptrace", PTRACE_SEIZE[os.uname().machine], 0x4206, target.pid, 0, 0
        ) == 0,
        "open the parent's memory": lambda: os.open(f"/proc/{target.pid}/mem", os.O_RDONLY),
        "new user namespace": _new_user_namespace,
    }  # fmt: skip


def survive(hold: int) -> None:
    """Leave a process behind, as a daemon would, that holds `hold` open for `SURVIVOR_S`."""
    if os.fork() == 0:
        with contextlib.suppress(OSError):
            os.setsid()
        if os.fork() == 0:
            os.closerange(0, hold)
            os.closerange(hold + 1, 256)
            time.sleep(SURVIVOR_S)
        os._exit(0)
    os.wait()


def _new_user_namespace() -> bool:
    libc.unshare(libc.CLONE_NEWUSER)
    return True


def _start(plan: Plan, target: Target) -> tuple[int, int, int, Target]:
    reply, reply_w = os.pipe()
    alive, alive_w = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(reply_w, msgspec.json.encode(_attack(plan, target, reply_w, alive_w)))
        finally:
            os._exit(0)
    os.close(reply_w)
    os.close(alive_w)
    return pid, reply, alive, target


def _attack(plan: Plan, target: Target, reply: int, alive: int) -> Attempt:
    try:
        seen = confine(plan, (reply, alive))
    except ConfinementError as error:
        return Attempt(error=str(error))
    harm = [name for name, attack in attacks(target).items() if _succeeds(attack)]
    _succeeds(lambda: os.kill(target.pid, target.mark))
    survive(alive)
    return Attempt(layers=seen.layers, landlock_abi=seen.landlock_abi, harm=tuple(harm))


def _succeeds(attack: Callable[[], object]) -> bool:
    try:
        return bool(attack())
    except OSError:
        return False


def _finish(pid: int, reply: int, alive: int, target: Target) -> Attempt:
    """Read a child's answer, end its group as the sandbox does, and add the harm that only we can see."""
    answer = b""
    deadline = time.monotonic() + LIMIT_S
    while select.select([reply], [], [], max(0.0, deadline - time.monotonic()))[0]:
        part = os.read(reply, 65536)
        answer += part
        if not part:
            break
        if answer.endswith(b"}"):
            break
    _kill_group(pid)
    os.waitpid(pid, 0)
    attempt = msgspec.json.decode(answer, type=Attempt) if answer else Attempt(error="the child gave no answer")
    if attempt.error:
        return attempt
    harm = list(attempt.harm)
    if target.mark in signal.sigpending():
        harm.append("signal the parent")
    if Path(target.writable).exists():
        harm.append("write outside")
    if not select.select([alive], [], [], 0.5)[0]:
        harm.append("outlive the worker")
    return Attempt(layers=attempt.layers, landlock_abi=attempt.landlock_abi, harm=tuple(dict.fromkeys(harm)))


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:  # it never came to lead a group
        os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
