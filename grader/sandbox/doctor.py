"""What this machine can do against hostile code, found out by trying, and what to do where it cannot."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec

from grader.confine import Plan, Profile, Rlimits, roots
from grader.confine.plan import SCRATCH
from grader.errors import Mistake
from grader.model.base import Value
from grader.sandbox import cgroup
from grader.sandbox.probe_child import Attempt, Request

FIRST_UID = 0x6772_0000  # accounts that no system gives out; each worker of a grader run by root gets its own
UIDS = 0x8000
PROBE_LIMIT_S = 20.0
OTHERS = 4096
"""Where workers share an account, the kernel counts all their tasks together: one that forks without end must not take
the last one of a worker beside it before the watchdog has ended it."""
NEEDED = 1 << 0 | 1 << 6 | 1 << 7  # CAP_CHOWN, CAP_SETGID, CAP_SETUID: to give a worker an account
ADMINISTER = 1 << 21  # CAP_SYS_ADMIN: to make namespaces before giving it

# The step that an error names -> what to do about it. The first that occurs in the text counts.
CURES = (
    ("unshare", "allow user namespaces (sysctl user.max_user_namespaces; on Ubuntu also "
                "kernel.apparmor_restrict_unprivileged_userns=0), or run in a container started with "
                "--security-opt seccomp=unconfined; profile floor works without"),
    ("write ", "allow user namespaces to ordinary users (on Ubuntu: kernel.apparmor_restrict_unprivileged_userns=0)"),
    ("mount proc", "run where /proc is not partly covered (Docker: --security-opt systempaths=unconfined)"),
    ("read-only", "use Linux 5.12 or newer"),
    ("Landlock", "use Linux 5.13 or newer, with landlock among the kernel parameter lsm="),
    ("seccomp", "use a kernel with CONFIG_SECCOMP_FILTER"),
    ("no table", "use x86_64 or aarch64"),
)  # fmt: skip


class Capabilities(Value, frozen=True, kw_only=True):
    """What was seen to work. `reasons` has (layer, why not, what to do) for each thing that did not."""

    full: bool
    floor: bool
    cgroup: bool
    reasons: tuple[tuple[str, str, str], ...] = ()
    full_layers: tuple[str, ...] = ()
    floor_layers: tuple[str, ...] = ()
    landlock_abi: int = 0
    cgroup_folder: str | None = None

    def layers(self, profile: Profile) -> tuple[str, ...]:
        """Return the layers that a worker's own report must name in a profile."""
        return {"full": self.full_layers, "floor": self.floor_layers, "process": ("process",), "none": ()}[profile]


UNTRIED = Capabilities(
    full=False, floor=False, cgroup=False, reasons=(("probe", "not tried", "leave out --isolation"),)
)
"""What is known of a machine that nobody has asked about."""


def probe(python: str = sys.executable) -> Capabilities:
    """Confine a child in each profile, let it attack, and return what held. Takes about 0.1 s, and imports no torch."""
    if sys.platform != "linux":
        cure = "grade other people's files on Linux, in a container or a virtual machine"
        return Capabilities(full=False, floor=False, cgroup=False, reasons=(("kernel", f"{sys.platform}", cure),))
    full, floor = _try_profiles(python)
    place, no_cgroup = cgroup.delegated()
    reasons = [*_reasons("full", full), *_reasons("floor", floor)]
    abi = max(full.landlock_abi, floor.landlock_abi)
    if _held(full) and "landlock" not in full.layers:
        reasons.append(("landlock", "the kernel has no Landlock; namespaces hide the same files", _cure("Landlock")))
    if place is None:
        cure = "systemd-run --user --scope -p Delegate=yes grade ...; without it memory is sampled, not limited"
        reasons.append(("cgroup", no_cgroup, cure))
    return Capabilities(
        full=_held(full),
        floor=_held(floor),
        cgroup=place is not None,
        reasons=tuple(reasons),
        full_layers=full.layers if _held(full) else (),
        floor_layers=floor.layers if _held(floor) else (),
        landlock_abi=abi,
        cgroup_folder=str(place) if place else None,
    )


def choose(requested: str, capabilities: Capabilities) -> Profile:
    """Return the profile for `--isolation`; "none" still gives the process layer.

    Raises Mistake for more than there is.
    """
    if requested == "none":
        return "process"
    if requested not in ("auto", "full", "floor"):
        raise Mistake(f"there is no isolation {requested!r}", "choose auto, full, floor or none")
    if requested in ("auto", "full") and capabilities.full:
        return "full"
    if requested in ("auto", "floor") and capabilities.floor:
        return "floor"
    asked = "floor" if requested == "floor" else "full"
    why, cure = next(((why, cure) for layer, why, cure in capabilities.reasons if layer in (asked, "kernel")), ("", ""))
    what = "no isolation works here" if requested == "auto" else f"isolation {requested!r} does not work here"
    last = "Or type --isolation none, and run only files that you trust."
    raise Mistake(f"{what}: {why}", f"{cure[:1].upper()}{cure[1:]}. {last}" if cure else last)


def rows(capabilities: Capabilities) -> tuple[tuple[str, str, str, str], ...]:
    """Return (layer, yes or no, why not, what to do) for `grade doctor`."""
    told = {layer: (why, cure) for layer, why, cure in capabilities.reasons}
    seen = {*capabilities.full_layers, *capabilities.floor_layers}
    states = {
        "full": capabilities.full,
        "floor": capabilities.floor,
        "process": sys.platform == "linux",
        "uid": "uid" in seen,
        "namespaces": "namespaces" in seen,
        "landlock": "landlock" in seen,
        "seccomp": "seccomp" in seen,
        "cgroup": capabilities.cgroup,
    }
    parent = {"namespaces": "full", "landlock": "floor", "seccomp": "floor"}
    table = []
    for name, state in states.items():
        why, cure = ("", "") if state else told.get(name, told.get(parent.get(name, ""), told.get("kernel", ("", ""))))
        if name == "uid" and not state and not why:
            why = (
                "only root can give workers an account of their own, and only where the interpreter is within its reach"
            )
        table.append((name, "yes" if state else "no", why, cure))
    return tuple(table)


def make_plan(
    profile: Profile,
    folder: str,
    *,
    slot: int = 0,
    rlimits: Rlimits | None = None,
    shared: bool = False,
    shared_memory: bool = False,
) -> Plan:
    """Return the plan for a worker of this interpreter in `folder`, whose parents must be passable for other accounts.

    `slot` tells workers apart that run at the same time: each gets an account of its own, where root grades and the
    interpreter is within that account's reach. `rlimits.processes` is raised by what the user runs already, where the
    kernel counts that too.
    """
    limits = rlimits or Rlimits()
    readable = roots.readable()
    uid = worker_uid(profile, readable, slot)
    counted = sys.platform == "linux" and profile in ("floor", "process")
    if counted and uid is None and limits.processes is not None:
        limits = msgspec.structs.replace(limits, processes=limits.processes + tasks_of(os.getuid()) + OTHERS)
    return Plan(
        profile=profile,
        folder=folder,
        readable=readable,
        hidden=roots.hidden(),
        rlimits=limits,
        uid=uid,
        shared=shared,
        shared_memory=shared_memory,
    )


def worker_uid(profile: Profile, readable: tuple[str, ...], slot: int) -> int | None:
    """Return the account for a worker, None where there can be none: it would not find the interpreter."""
    if sys.platform != "linux" or os.geteuid() != 0 or profile == "none":
        return None
    needed = NEEDED | ADMINISTER if profile == "full" else NEEDED
    if _capabilities() & needed != needed or not _is_mapped(FIRST_UID, UIDS):
        return None
    if not roots.reachable(readable, below_root=profile != "full"):
        return None
    return FIRST_UID + slot % UIDS


def _capabilities() -> int:
    """Return the capabilities of this process: in a container root may have few."""
    status = Path("/proc/self/status").read_text(encoding="utf-8", errors="replace")
    return next((int(line.split()[1], 16) for line in status.splitlines() if line.startswith("CapEff:")), 0)


def _is_mapped(first: int, count: int) -> bool:
    """Tell whether accounts exist in this user namespace: a container without root has a few thousand of them."""
    try:
        ranges = [line.split() for line in Path("/proc/self/uid_map").read_text(encoding="ascii").splitlines()]
    except OSError:
        return False
    return any(int(start) <= first and first + count <= int(start) + int(length) for start, _, length in ranges)


def tasks_of(uid: int) -> int:
    """Return the number of threads that a user runs on the machine, 0 where that cannot be told."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if folder.stat().st_uid == uid:
                total += len(os.listdir(folder / "task"))  # noqa: PTH208
        except OSError:
            continue
    return total


def _try_profiles(python: str) -> tuple[Attempt, Attempt]:
    with tempfile.TemporaryDirectory(prefix="grader-probe-") as name:
        base = Path(name)
        base.chmod(0o711)
        for part in ("other", "full", "floor"):
            (base / part).mkdir(mode=0o755)
        secret = base / "other" / "secret"
        secret.write_bytes(b"the answer")
        secret.chmod(0o644)
        profiles: tuple[Profile, Profile] = ("full", "floor")
        plans = tuple(
            make_plan(profile, str(base / profile), slot=UIDS - 1 - index) for index, profile in enumerate(profiles)
        )
        program = str(Path(__file__).with_name("probe_child.py"))
        request = msgspec.json.encode(Request(plans=plans, secret=str(secret)))
        try:
            done = subprocess.run(
                [python, "-I", program], input=request, capture_output=True, timeout=PROBE_LIMIT_S, check=True, cwd="/"
            )
            full, floor = msgspec.json.decode(done.stdout, type=tuple[Attempt, Attempt])
        except (OSError, subprocess.SubprocessError, msgspec.DecodeError) as error:
            failed = Attempt(error=f"the probe itself failed: {error}")
            return failed, failed
        return full, floor


def _held(attempt: Attempt) -> bool:
    return not attempt.error and not attempt.harm


def _reasons(profile: str, attempt: Attempt) -> list[tuple[str, str, str]]:
    if attempt.error:
        return [(profile, attempt.error, _cure(attempt.error))]
    if attempt.harm:
        return [(profile, "an attack succeeded: " + ", ".join(attempt.harm), "report this as a fault of grader")]
    return []


def _cure(text: str) -> str:
    return next((cure for sign, cure in CURES if sign in text), "run `grade doctor` in a plain virtual machine")


__all__ = ["SCRATCH", "Capabilities", "choose", "make_plan", "probe", "rows", "tasks_of", "worker_uid"]
