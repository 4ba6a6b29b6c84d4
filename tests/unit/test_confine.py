"""Real attacks on each layer, as root, as root with an account for the worker, and as an ordinary user."""

from __future__ import annotations

import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

sys.path.insert(0, str(Path(__file__).parent))  # importmode "importlib" finds no neighbours by itself
import attacks_on_layers as attacks
from attacks_on_layers import ATTACKS, Victim
from confining import (
    IDENTITIES,
    PROFILES,
    become_user,
    close_user_namespaces,
    confined,
    end,
    fork,
    leave,
    place,
    plan_for,
)

from grader.confine import (
    ConfinementError,
    Profile,
    Rlimits,
    confine,
    landlock,
    libc,
    namespaces,
    promised,
    roots,
    seccomp,
)
from grader.confine.calls import NUMBERS
from grader.confine.nursery import Nursery
from grader.sandbox import doctor

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the layers are Linux's; grade doctor says so elsewhere"
)


@pytest.fixture
def base() -> Iterator[Path]:
    with place() as folder:
        yield folder


@pytest.fixture
def victim(base: Path) -> Iterator[Victim]:
    """A process in another session, files, and sockets, all of the account that attacks without confinement."""
    process = subprocess.Popen(["/bin/sleep", "60"], start_new_session=True)
    tcp = socket.create_server(("127.0.0.1", 0))
    path, abstract = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
    abstract_name = f"\0{base.name}".encode()  # what an attack forked may hold the one of a test before
    path.bind(str(base / "other" / "socket"))
    (base / "other" / "socket").chmod(0o777)
    path.listen()
    abstract.bind(abstract_name)
    abstract.listen()
    (base / "shown" / "pack").mkdir(parents=True)
    (base / "shown" / "pack" / "answers.py").write_bytes(b"the answer")
    for folder in (base / "shown", base / "shown" / "pack"):
        folder.chmod(0o755)
    (base / "other" / "valuable").write_bytes(b"work")
    (base / "other" / "valuable").chmod(0o666)
    yield Victim(
        pid=process.pid,
        secret=str(base / "other" / "secret"),
        folder=str(base / "other"),
        port=tcp.getsockname()[1],
        path_socket=str(base / "other" / "socket"),
        abstract_socket=abstract_name,
        hidden=str(base / "shown" / "pack"),
    )
    process.kill()
    process.wait()
    for listener in (tcp, path, abstract):
        listener.close()


def _try(attack: Callable[[Victim], object], victim: Victim) -> object:
    try:
        return bool(attack(victim))
    except OSError:
        return False


def _shown(base: Path, plan_readable: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    return {"readable": (*plan_readable, str(base / "shown")), "hidden": (str(base / "shown" / "pack"),)}


@pytest.mark.parametrize("identity", IDENTITIES)
@pytest.mark.parametrize("profile", PROFILES)
def test_no_attack_does_harm(profile: Profile, identity: str, base: Path, victim: Victim) -> None:
    capabilities = doctor.probe()
    assert getattr(capabilities, profile) or any(layer == profile for layer, _, _ in capabilities.reasons)
    shown = _shown(base, plan_for(profile, identity, base).readable)
    plan = plan_for(profile, identity, base, **shown)
    if not getattr(capabilities, profile):
        assert confined(plan, identity, base, lambda: True).error
        return
    done = confined(plan, identity, base, lambda: [a.__name__ for a in ATTACKS if _try(a, victim)])
    assert done.error == ""
    assert done.value == []
    assert done.status == 0
    assert (base / "other" / "valuable").read_bytes() == b"work"
    assert (base / "other").stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_each_attack_does_harm_when_nothing_is_in_its_way(
    attack: Callable[[Victim], object], base: Path, victim: Victim
) -> None:
    if os.geteuid() != 0 and attack is attacks.regain_root:
        pytest.skip("there is nothing to regain for who never was root")
    identity = "root" if os.geteuid() == 0 else "user"

    def run() -> object:
        os.chdir(base / "w1")
        return _try(attack, victim)

    assert confined(plan_for("none", identity, base), identity, base, run).value is True


@pytest.mark.parametrize("identity", IDENTITIES)
@pytest.mark.parametrize("profile", PROFILES)
def test_nothing_outlives_a_worker(profile: Profile, identity: str, base: Path, victim: Victim) -> None:
    alive, hold = os.pipe()
    plan = plan_for(profile, identity, base)
    done = confined(plan, identity, base, lambda: attacks.outlive(victim), keep=(hold,))
    os.close(hold)
    assert (done.error, done.status) == ("", 0)
    assert select.select([alive], [], [], 1.0)[0], "somebody still holds the pipe"
    os.close(alive)


def test_a_daemon_outlives_an_unconfined_worker(base: Path, victim: Victim) -> None:
    alive, hold = os.pipe()
    identity = IDENTITIES[0]
    read, write = os.pipe()

    def daemon() -> None:
        if os.fork() == 0:
            os.setsid()
            os.write(write, struct.pack("i", os.getpid()))
            time.sleep(30)

    confined(plan_for("none", identity, base), identity, base, daemon, keep=(hold,))
    os.close(hold)
    assert not select.select([alive], [], [], 0.3)[0]
    os.kill(struct.unpack("i", os.read(read, 4))[0], signal.SIGKILL)
    assert select.select([alive], [], [], 1.0)[0]
    for number in (alive, read, write):
        os.close(number)


@pytest.mark.parametrize("identity", IDENTITIES)
@pytest.mark.parametrize("profile", PROFILES)
def test_killing_the_forked_process_kills_everything(profile: Profile, identity: str, base: Path) -> None:
    alive, hold = os.pipe()
    ready, go = os.pipe()
    plan = plan_for(profile, identity, base)
    pid, room = fork(plan, identity)
    if pid == 0:
        become_user(identity, base)
        confine(plan, (hold, go), room)
        os.fork()
        os.write(go, b"x")
        time.sleep(60)
        os._exit(0)
    os.close(hold)
    assert os.read(ready, 1) == b"x"
    os.killpg(pid, signal.SIGKILL)
    assert os.waitpid(pid, 0)[1] == signal.SIGKILL
    leave(room)
    assert select.select([alive], [], [], 1.0)[0]
    assert os.read(alive, 1) == b""
    for number in (alive, ready, go):
        os.close(number)


@pytest.mark.parametrize("identity", IDENTITIES)
@pytest.mark.parametrize("profile", PROFILES)
def test_the_report_says_what_is_active(profile: Profile, identity: str, base: Path) -> None:
    report = confined(plan_for(profile, identity, base), identity, base, lambda: None).report
    assert report is not None
    expected = {"process", "landlock", "seccomp"}
    expected |= {"uid"} if identity in {"account", "room"} else set()
    expected |= {"namespaces"} if profile == "full" else set()
    assert set(report.layers) == expected
    assert (report.no_new_privs, report.seccomp_mode, report.capabilities) == (True, 2, 0)
    assert report.profile == profile
    if profile == "full":
        assert report.interfaces == ("lo",)


@pytest.mark.parametrize("code", [0, 7])
@pytest.mark.parametrize("identity", IDENTITIES)
@pytest.mark.parametrize("profile", ["full", "floor", "process"])
def test_the_exit_code_is_passed_on(profile: Profile, identity: str, code: int, base: Path) -> None:
    done = confined(plan_for(profile, identity, base), identity, base, lambda: os._exit(code))
    assert os.waitstatus_to_exitcode(done.status) == code


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
@pytest.mark.parametrize("identity", IDENTITIES)
@pytest.mark.parametrize("profile", ["full", "floor", "process"])
def test_death_by_signal_is_passed_on(profile: Profile, identity: str, number: int, base: Path) -> None:
    done = confined(plan_for(profile, identity, base), identity, base, lambda: os.kill(os.getpid(), number))
    assert os.waitstatus_to_exitcode(done.status) == -number


@pytest.mark.parametrize("identity", IDENTITIES)
@pytest.mark.parametrize("profile", PROFILES)
def test_what_exercises_need_still_works(profile: Profile, identity: str, base: Path) -> None:
    below_root = profile == "floor" or identity == "user"
    within_reach = identity == "root" or roots.reachable((sys.base_prefix,), below_root=below_root)

    def use() -> dict[str, object]:
        Path("file").write_text("x")
        Path("folder").mkdir()
        Path("file").rename("folder/file")
        seen: list[int] = []
        threads = [threading.Thread(target=seen.append, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        left, right = socket.socketpair()
        left.sendall(b"hello")
        child = os.fork()
        if child == 0:
            os._exit(5)
        return {
            "listed": os.listdir("folder"),
            "threads": sorted(seen),
            "socketpair": right.recv(5),
            "child": os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]),
            "random": len(os.urandom(8)),
            "home": os.environ["HOME"] == os.getcwd() == os.environ["TMPDIR"],
            "stdin": os.read(0, 1),
            "library": not within_reach or bool(os.listdir(os.path.dirname(os.__file__))),
            "processors": os.cpu_count(),
            "handled": _own_signal(),
        }

    done = confined(plan_for(profile, identity, base), identity, base, use)
    assert done.error == ""
    assert done.value == {
        "listed": ["file"], "threads": [0, 1, 2, 3], "socketpair": b"hello", "child": 5, "random": 8, "home": True,
        "stdin": b"", "library": True, "processors": os.cpu_count(), "handled": True,
    }  # fmt: skip


def _own_signal() -> bool:
    seen: list[int] = []
    signal.signal(signal.SIGUSR1, lambda number, frame: seen.append(number))
    os.kill(os.getpid(), signal.SIGUSR1)
    return seen == [signal.SIGUSR1]


@pytest.mark.parametrize("profile", ["full", "floor", "process"])
def test_only_named_descriptors_and_settings_are_inherited(profile: Profile, base: Path) -> None:
    identity = IDENTITIES[0]
    secret = os.open(base / "other" / "secret", os.O_RDONLY)
    given, other = os.pipe()

    def look() -> tuple[list[int], list[str]]:
        found = []
        for number in range(256):
            try:
                os.fstat(number)
            except OSError:
                continue
            found.append(number)
        return found, sorted(os.environ)

    os.environ["GRADER_TEST_SECRET"] = "x"
    try:
        done = confined(plan_for(profile, identity, base), identity, base, look, keep=(given,))
    finally:
        del os.environ["GRADER_TEST_SECRET"]
    numbers, names = done.value
    assert len(numbers) == 5, "0, 1, 2, the given one, and this test's own pipe"
    assert given in numbers
    assert secret not in numbers
    assert other not in numbers
    assert "GRADER_TEST_SECRET" not in names
    for number in (secret, given, other):
        os.close(number)


def test_a_folder_cannot_be_handed_in(base: Path) -> None:
    folder = os.open(base, os.O_RDONLY)
    done = confined(plan_for("floor", IDENTITIES[0], base), IDENTITIES[0], base, lambda: None, keep=(folder,))
    os.close(folder)
    assert "ConfinementError: descriptor" in done.error


@pytest.mark.parametrize("identity", IDENTITIES)
@pytest.mark.parametrize("profile", PROFILES)
def test_a_socket_in_a_shared_folder_is_reached_from_outside(profile: Profile, identity: str, base: Path) -> None:
    address = str(base / "w1" / "kernel-1")
    read, write = os.pipe()

    def serve() -> bytes:
        server = socket.socket(socket.AF_UNIX)
        server.bind(address)
        server.listen()
        os.write(write, b"x")
        return server.accept()[0].recv(5)

    def ask() -> None:
        if select.select([read], [], [], 10)[0]:
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(address)
                client.sendall(b"hello")

    asking = threading.Thread(target=ask)
    asking.start()
    done = confined(plan_for(profile, identity, base, shared=True), identity, base, serve, keep=(write,))
    asking.join()
    assert (done.error, done.value) == ("", b"hello")
    os.close(read)
    os.close(write)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_shared_folder_cannot_be_filled(profile: Profile, base: Path) -> None:
    def fill() -> str:
        Path("..", "file").write_bytes(b"x")
        return "filled"

    done = confined(plan_for(profile, IDENTITIES[0], base, shared=True), IDENTITIES[0], base, fill)
    assert done.value is None
    assert "Error: [Errno" in done.error
    assert not (base / "w1" / "file").exists()


def test_scratch_is_bounded_in_namespaces(base: Path) -> None:
    def fill() -> str:
        with open("a", "wb") as file:
            for _ in range(64):
                file.write(bytes(1 << 20))
                file.flush()
        return "filled"

    done = confined(plan_for("full", IDENTITIES[0], base, scratch_bytes=16 << 20), IDENTITIES[0], base, fill)
    assert "No space left on device" in done.error
    assert not any((base / "w1" / "scratch").iterdir()), "nothing of it is on the machine's disk"


@pytest.mark.parametrize("profile", PROFILES)
def test_one_file_is_bounded(profile: Profile, base: Path) -> None:
    plan = plan_for(profile, IDENTITIES[0], base, rlimits=Rlimits(file_size_bytes=1 << 20))
    done = confined(plan, IDENTITIES[0], base, lambda: Path("a").write_bytes(bytes(2 << 20)))
    assert "File too large" in done.error


@pytest.mark.parametrize("profile", PROFILES)
def test_processor_seconds_are_bounded(profile: Profile, base: Path) -> None:
    def loop() -> None:
        while True:
            pass

    plan = plan_for(profile, IDENTITIES[0], base, rlimits=Rlimits(cpu_s=1))
    assert os.waitstatus_to_exitcode(confined(plan, IDENTITIES[0], base, loop).status) in (
        -signal.SIGXCPU,
        -signal.SIGKILL,
    )


@pytest.mark.parametrize("identity", [identity for identity in IDENTITIES if identity != "root"])
def test_processes_are_bounded_in_namespaces(identity: str, base: Path) -> None:
    def bomb() -> int:
        made = 0
        try:
            while made < 200:
                if os.fork() == 0:
                    time.sleep(30)
                    os._exit(0)
                made += 1
        except OSError:
            return made
        return made

    plan = plan_for("full", identity, base, rlimits=Rlimits(processes=20))
    assert confined(plan, identity, base, bomb).value < 20


@pytest.mark.parametrize("identity", IDENTITIES)
def test_memory_limit_raises_in_python(identity: str, base: Path) -> None:
    plan = plan_for("full", identity, base, rlimits=Rlimits(address_space_bytes=2 << 30))
    assert "MemoryError" in confined(plan, identity, base, lambda: len(bytearray(4 << 30))).error


@pytest.mark.parametrize("identity", IDENTITIES)
def test_floor_holds_where_namespaces_are_closed(identity: str, base: Path, victim: Victim) -> None:
    full = confined(plan_for("full", identity, base), identity, base, lambda: None, before=close_user_namespaces)
    assert f"{'setns' if identity == 'room' else 'unshare'}: Operation not permitted" in full.error
    plan = plan_for("floor", identity, base)
    run = lambda: [a.__name__ for a in ATTACKS if _try(a, victim)]  # noqa: E731
    floor = confined(plan, identity, base, run, before=close_user_namespaces)
    assert (floor.error, floor.value) == ("", [])


def test_no_user_namespace_may_be_left_to_make(base: Path) -> None:
    def close() -> None:
        uid, gid = os.getuid(), os.getgid()
        libc.unshare(libc.CLONE_NEWUSER)
        namespaces._map_self(uid, gid)
        Path("/proc/sys/user/max_user_namespaces").write_text("0")

    done = confined(plan_for("full", "user", base), "user", base, lambda: None, before=close)
    assert "unshare: No space left on device" in done.error


def test_floor_without_signal_scope_signals_nobody_else(
    base: Path, victim: Victim, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landlock, "abi", lambda: 2)
    signals = (attacks.signal_parent, attacks.signal_parents_thread, attacks.signal_by_descriptor)
    every = (
        *signals,
        attacks.truncate_outside,
        attacks.truncate_by_reading,
        attacks.connect_tcp,
        attacks.connect_abstract,
    )

    def run() -> tuple[list[str], bool]:
        return [a.__name__ for a in every if _try(a, victim)], _own_signal()

    done = confined(plan_for("floor", IDENTITIES[0], base), IDENTITIES[0], base, run)
    assert (done.error, done.value) == ("", ([], True))


@pytest.mark.parametrize("version", [1, 2, 3, 4, 5, 6, 7, 99])
def test_every_landlock_version_can_be_asked_for(version: int, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if version > landlock.abi() != 0:
        version = landlock.abi()
    monkeypatch.setattr(landlock, "abi", lambda: version)
    run = lambda: _try(attacks.read_passwd, None)  # type: ignore[arg-type]  # noqa: E731
    done = confined(plan_for("floor", IDENTITIES[0], base), IDENTITIES[0], base, run)
    assert (done.error, done.value) == ("", False)


def test_floor_is_refused_without_landlock(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "abi", lambda: 0)
    done = confined(plan_for("floor", IDENTITIES[0], base), IDENTITIES[0], base, lambda: None)
    assert "ConfinementError: the kernel has no Landlock" in done.error


def test_full_without_landlock_still_hides_files(base: Path, victim: Victim, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "abi", lambda: 0)
    run = lambda: [a.__name__ for a in ATTACKS if a is not attacks.list_root and _try(a, victim)]  # noqa: E731
    shown = _shown(base, ())
    done = confined(plan_for("full", IDENTITIES[0], base, **shown), IDENTITIES[0], base, run)
    assert (done.error, done.value) == ("", [])
    assert done.report is not None
    assert "landlock" not in done.report.layers


def test_a_second_thread_is_refused(base: Path) -> None:
    stop = threading.Event()

    def start() -> None:
        threading.Thread(target=stop.wait, daemon=True).start()

    done = confined(plan_for("floor", IDENTITIES[0], base), IDENTITIES[0], base, lambda: None, before=start)
    assert "ConfinementError: more than one thread" in done.error


def test_a_layer_that_does_not_show_is_an_error(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seccomp, "restrict", lambda rules: None)
    done = confined(plan_for("floor", IDENTITIES[0], base), IDENTITIES[0], base, lambda: None)
    assert "not active when read back: seccomp" in done.error


def test_a_machine_without_a_table_is_an_error(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "sparc")
    done = confined(plan_for("floor", IDENTITIES[0], base), IDENTITIES[0], base, lambda: None)
    assert "ConfinementError: profile floor" in done.error


def test_none_promises_nothing(base: Path) -> None:
    plan = plan_for("none", IDENTITIES[0], base)
    assert promised(plan_for("process", "user", base), 7) == ("process",)
    report = confined(plan, IDENTITIES[0], base, lambda: None).report
    assert report is not None
    assert report.layers == ()


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
@pytest.mark.parametrize("namespaces", [True, False])
def test_filters_say_what_the_rules_say(machine: str, namespaces: bool) -> None:
    rules = seccomp.rules(namespaces=namespaces, connect=False, signals_scoped=False, pid=4242)
    program = seccomp.compile_rules(rules, machine)
    column, audit = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}[machine]
    for name, numbers in NUMBERS.items():
        number = numbers[column]
        if number is None:
            continue
        for arguments in ((0, 0, 0), (1, 0, 0), (4242, 1, 1), (0x10000000, 8, 0x200), (16, 10, 2), (2, 2, 2)):
            assert _run(program, number, audit, arguments) == _expected(rules, name, arguments), (name, arguments)
    allow = 0x7FFF0000
    assert _run(program, 0, audit, (0, 0, 0)) == allow
    assert _run(program, 463, audit, (0, 0, 0)) == 0x50026, "newer than the table: ENOSYS"
    assert _run(program, 0x40000000, audit, (0, 0, 0)) == 0x50026, "x32"
    assert _run(program, 0, 0x40000003, (0, 0, 0)) == 0x50026, "i386"


def _expected(rules: tuple[seccomp.Rule, ...], name: str, arguments: tuple[int, ...]) -> int:
    for rule in rules:
        if rule.call != name:
            continue
        found = rule.argument is None or ((arguments[rule.argument] & rule.mask) in rule.values) != rule.unless
        if found:
            return 0x50000 | rule.errno
    return 0x7FFF0000


def _run(program: bytes, number: int, audit: int, arguments: tuple[int, ...]) -> int:
    """Run a BPF program as the kernel would."""
    data = struct.pack("=IIQ6Q", number, audit, 0, *arguments, 0, 0, 0)
    lines = list(struct.iter_unpack("=HBBI", program))
    accumulator = at = 0
    while True:
        code, yes, no, k = lines[at]
        at += 1
        if code == 0x20:
            accumulator = struct.unpack_from("=I", data, k)[0]
        elif code == 0x54:
            accumulator &= k
        elif code == 0x15:
            at += yes if accumulator == k else no
        elif code == 0x25:
            at += yes if accumulator > k else no
        elif code == 0x05:
            at += k
        else:
            assert code == 0x06
            return int(k)


def test_end_kills_what_does_not_end() -> None:
    pid = os.fork()
    if pid == 0:
        time.sleep(30)
        os._exit(0)
    assert end(pid, 0.05) == signal.SIGKILL


@pytest.mark.skipif("room" not in IDENTITIES, reason="only root has a nursery")
def test_a_room_that_cannot_be_made_says_why(base: Path) -> None:
    plan = plan_for("full", "room", base, folder=str(base / "absent"))
    done = confined(plan, "room", base, lambda: None)
    assert "no room was made" in done.error
    assert "absent" in done.error


@pytest.mark.skipif("room" not in IDENTITIES, reason="only root has a nursery")
def test_a_nursery_goes_on_after_a_room_that_could_not_be_made_and_ends_with_its_server(base: Path) -> None:
    told, tell = os.pipe()
    server = os.fork()
    if server == 0:
        nursery = Nursery()
        failed = nursery.room(plan_for("full", "room", base, folder=str(base / "absent")))
        room = nursery.room(plan_for("full", "room", base))
        os.write(tell, struct.pack("??", bool(failed.error), bool(room.error)))
        time.sleep(60)
        os._exit(0)
    assert struct.unpack("??", os.read(told, 2)) == (True, False)
    left = [process for process in psutil.Process(server).children(recursive=True) if process.is_running()]
    assert len(left) == 2  # the nursery, and the room's first process
    os.kill(server, signal.SIGKILL)
    os.waitpid(server, 0)
    assert psutil.wait_procs(left, timeout=5.0)[1] == []
    os.close(told)
    os.close(tell)


def test_confine_refuses_an_unknown_folder(base: Path) -> None:
    plan = plan_for("floor", IDENTITIES[0], base, folder=str(base / "absent"))
    done = confined(plan, IDENTITIES[0], base, lambda: None)
    assert ConfinementError.__name__ in done.error
