"""Putting a freshly forked process where nothing that it runs can do harm."""

from grader.confine.plan import SCRATCH, ConfinementError, Plan, Profile, Rlimits, SelfReport
from grader.confine.sequence import confine, promised
from grader.confine.surroundings import environment

__all__ = [
    "SCRATCH",
    "ConfinementError",
    "Plan",
    "Profile",
    "Rlimits",
    "SelfReport",
    "confine",
    "environment",
    "promised",
]
