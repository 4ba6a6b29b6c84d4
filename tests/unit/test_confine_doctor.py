"""What the doctor finds, chooses and says."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from confining import close_user_namespaces, confined, place, plan_for

from grader.confine import Rlimits, promised, roots
from grader.errors import Mistake
from grader.sandbox import doctor
from grader.sandbox.doctor import Capabilities

BOTH = Capabilities(
    full=True, floor=True, cgroup=True, full_layers=("process", "namespaces"), floor_layers=("process",)
)
FLOOR = Capabilities(full=False, floor=True, cgroup=False, reasons=(("full", "unshare: no", "allow it"),))
NEITHER = Capabilities(full=False, floor=False, cgroup=False, reasons=(("full", "no", "do"), ("floor", "never", "x")))


@pytest.mark.parametrize(
    ("requested", "capabilities", "profile"),
    [
        ("auto", BOTH, "full"),
        ("full", BOTH, "full"),
        ("floor", BOTH, "floor"),
        ("auto", FLOOR, "floor"),
        ("floor", FLOOR, "floor"),
        ("none", BOTH, "process"),
        ("none", NEITHER, "process"),
    ],
)
def test_the_best_that_there_is_is_chosen(requested: str, capabilities: Capabilities, profile: str) -> None:
    assert doctor.choose(requested, capabilities) == profile


@pytest.mark.parametrize(
    ("requested", "capabilities", "text"),
    [
        ("full", FLOOR, "isolation 'full' does not work here: unshare: no\nAllow it. Or type --isolation none"),
        ("floor", NEITHER, "isolation 'floor' does not work here: never"),
        (
            "auto",
            NEITHER,
            "no isolation works here: no\nDo. Or type --isolation none, and run only files that you trust.",
        ),
        ("strict", BOTH, "there is no isolation 'strict'\nchoose auto, full, floor or none"),
    ],
)
def test_more_than_there_is_is_a_mistake(requested: str, capabilities: Capabilities, text: str) -> None:
    with pytest.raises(Mistake) as raised:
        doctor.choose(requested, capabilities)
    assert text in str(raised.value)


def test_the_probe_agrees_with_what_plans_promise() -> None:
    started = time.perf_counter()
    seen = doctor.probe()
    took = time.perf_counter() - started
    assert seen.floor or any(layer == "floor" and why and cure for layer, why, cure in seen.reasons)
    assert seen.full or any(layer == "full" and why and cure for layer, why, cure in seen.reasons)
    assert seen.cgroup or any(layer == "cgroup" and why and cure for layer, why, cure in seen.reasons)
    for profile, holds in (("full", seen.full), ("floor", seen.floor)):
        if holds:
            plan = doctor.make_plan(profile, "/nowhere")  # type: ignore[arg-type]
            assert set(seen.layers(profile)) == set(promised(plan, seen.landlock_abi))  # type: ignore[arg-type]
    assert seen.layers("none") == ()
    assert took < 5, "about 0.1 s on an idle machine"


def test_every_layer_has_a_row() -> None:
    table = {row[0]: row[1:] for row in doctor.rows(FLOOR)}
    assert table["full"] == ("no", "unshare: no", "allow it")
    assert table["namespaces"] == ("no", "unshare: no", "allow it")
    assert table["floor"][0] == "yes"
    assert {"process", "uid", "landlock", "seccomp", "cgroup"} <= table.keys()
    assert all(len(row) == 4 for row in doctor.rows(doctor.probe()))


def test_elsewhere_than_on_linux_nothing_is_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    seen = doctor.probe()
    assert (seen.full, seen.floor) == (False, False)
    with pytest.raises(Mistake, match="darwin"):
        doctor.choose("auto", seen)


def test_a_probe_that_cannot_run_is_told() -> None:
    seen = doctor.probe(python="/bin/false")
    assert (seen.full, seen.floor) == (False, False)
    assert "the probe itself failed" in seen.reasons[0][1]


def test_closed_namespaces_are_found_and_told() -> None:
    with place() as base:
        plan = plan_for("none", "root", base)

        def look() -> Capabilities:
            close_user_namespaces()
            return doctor.probe()

        done = confined(plan, "root" if os.geteuid() == 0 else "user", base, look)
    assert done.error == ""
    assert (done.value.full, done.value.floor) == (False, doctor.probe().floor)
    why, cure = next((why, cure) for layer, why, cure in done.value.reasons if layer == "full")
    assert "unshare: Operation not permitted" in why
    assert "user namespaces" in cure


def test_an_attack_that_succeeds_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    harmed = doctor.Attempt(layers=("process",), harm=("read /etc/passwd",))
    fine = doctor.Attempt(layers=("process", "seccomp"), landlock_abi=7)
    monkeypatch.setattr(doctor, "_try_profiles", lambda python: (harmed, fine))
    seen = doctor.probe()
    assert (seen.full, seen.floor) == (False, True)
    assert seen.reasons[0][:2] == ("full", "an attack succeeded: read /etc/passwd")


def test_full_without_landlock_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    full = doctor.Attempt(layers=("process", "namespaces", "seccomp"))
    floor = doctor.Attempt(error="the kernel has no Landlock: ...")
    monkeypatch.setattr(doctor, "_try_profiles", lambda python: (full, floor))
    seen = doctor.probe()
    assert seen.full
    assert [layer for layer, _, _ in seen.reasons][:2] == ["floor", "landlock"]
    assert "lsm=" in seen.reasons[0][2]


def test_each_slot_has_an_account_of_its_own_if_any() -> None:
    readable = (str(Path(os.__file__).parent),)
    accounts = [doctor.worker_uid("full", readable, slot) for slot in (0, 1)]
    assert accounts in ([None, None], [doctor.FIRST_UID, doctor.FIRST_UID + 1])
    assert doctor.worker_uid("none", readable, 0) is None


def test_an_interpreter_out_of_reach_means_no_account(tmp_path: Path) -> None:
    inside = tmp_path / "closed" / "python"
    inside.mkdir(parents=True)
    inside.chmod(0o755)
    tmp_path.chmod(0o755)
    (tmp_path / "closed").chmod(0o700)
    assert roots.reachable((str(inside),), below_root=False)
    assert not roots.reachable((str(inside),), below_root=True)
    assert doctor.worker_uid("floor", (str(inside),), 0) is None


def test_processes_are_counted_beside_what_the_user_runs() -> None:
    plan = doctor.make_plan("floor", "/nowhere", rlimits=Rlimits(processes=10))
    if plan.uid is None:
        assert plan.rlimits.processes is not None
        assert plan.rlimits.processes > 10
    assert doctor.make_plan("full", "/nowhere", rlimits=Rlimits(processes=10)).rlimits.processes == 10


def test_what_may_be_read_holds_no_answers() -> None:
    shown = roots.readable()
    package = str(Path(doctor.__file__).parents[1])
    assert not any(path in ("/", "/home", "/root", "/tmp", "/usr", "/etc") for path in shown)
    assert roots.hidden() == (f"{package}/pack",)
    assert not any(package.startswith(path + "/") for path in shown if "site-packages" not in package)
    assert not any(a.startswith(b + "/") for a in shown for b in shown)
