"""Layer 1 as far as it exists where there is no Linux: an environment and a folder of its own, and a session."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from grader.confine.plan import SCRATCH, Plan, SelfReport
from grader.confine.surroundings import environment, replace


def confine(plan: Plan) -> SelfReport:
    """Do what the platform has; what a submission can read and reach is not limited here."""
    scratch = Path(plan.folder, SCRATCH)
    scratch.mkdir(mode=0o700, exist_ok=True)
    replace(environment(plan.folder, dict(os.environ)))
    if hasattr(os, "setsid"):
        with contextlib.suppress(PermissionError):  # a session leader already
            os.setsid()
    os.chdir(scratch)
    return SelfReport(
        profile=plan.profile,
        layers=("process",),
        uid=-1,
        no_new_privs=False,
        seccomp_mode=0,
        capabilities=0,
        interfaces=(),
    )
