"""torch, DataLoader workers and a Jupyter kernel inside each profile: what the layers must not break."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from confining import PROFILES, place

from grader.confine import Profile
from grader.sandbox import doctor


@pytest.mark.parametrize("profile", PROFILES)
def test_torch_and_kernels_work(profile: Profile) -> None:
    capabilities = doctor.probe()
    if not getattr(capabilities, profile):
        assert any(layer == profile and why and cure for layer, why, cure in capabilities.reasons)
        return
    program = Path(__file__).with_name("torch_server.py")
    with place() as base:
        done = subprocess.run(
            [sys.executable, str(program), profile, str(base)], capture_output=True, text=True, timeout=120, check=False
        )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert {name: text for name, text in seen["work"].items() if text != "done"} == {}
    assert seen["kernel"] == "ok"
    assert seen["merged"] >= 0
