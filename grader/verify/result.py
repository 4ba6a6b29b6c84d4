"""What verifying gives."""

from __future__ import annotations

from enum import StrEnum

from grader.model.base import Value

KILLED_SHARE = 0.95
"""So many of the mutants that are not equal to the reference must fail; issue 3."""
NAMED_SHARE = 0.90
"""So many wrong solutions of the corpus must be told their fault first; issue 3."""


class CheckName(StrEnum):
    """What is checked, in the order in which it is told."""

    FILE = "file"
    REFERENCE = "reference"
    STARTER = "starter"
    REPEATABLE = "repeatable"
    MISCONCEPTIONS = "misconceptions"
    RIGHT = "right"
    WRONG = "wrong"
    NAMED = "named"
    MUTANTS = "mutants"


class Fate(StrEnum):
    """What became of a mutant. Stillborn: every call of it raised, so that it says nothing about the cases."""

    KILLED = "killed"
    KILLED_LATE = "killed_late"
    SURVIVED = "survived"
    EQUIVALENT = "equivalent"
    STILLBORN = "stillborn"


class Problem(Value, frozen=True, kw_only=True):
    """What is wrong, and where."""

    where: str
    text: str


class Part(Value, frozen=True, kw_only=True):
    """The outcome of one unit of work: `good` of `count` things were as they should be."""

    exercise: str
    check: CheckName
    good: int = 0
    count: int = 0
    known: int = 0
    problems: tuple[Problem, ...] = ()
    dropped: tuple[Problem, ...] = ()
    mutants: tuple[MutantFate, ...] = ()
    cases: tuple[str, ...] = ()
    busy_s: float = 0.0


class MutantFate(Value, frozen=True, kw_only=True):
    """One mutant: the operator, the change, and which cases failed on the first seed (or, if killed late, a later)."""

    kind: str
    diff: str
    fate: Fate
    killers: tuple[str, ...] = ()


class Check(Value, frozen=True, kw_only=True):
    """One check of one exercise. `known` counts wrong solutions whose leading finding was a misconception's."""

    name: CheckName
    good: int
    count: int
    known: int = 0
    problems: tuple[Problem, ...] = ()
    busy_s: float = 0.0


class CaseStrength(Value, frozen=True, kw_only=True):
    """How many mutants a case kills on the first seed, and how many die of nothing else."""

    case: str
    kills: int
    alone: int


class Strength(Value, frozen=True, kw_only=True):
    """What became of the mutants. `late` were killed by the draws of another seed only, and count as killed."""

    killed: int
    late: int
    survived: int
    equivalent: int
    stillborn: int
    cases: tuple[CaseStrength, ...]
    survivors: tuple[MutantFate, ...]
    equivalents: tuple[MutantFate, ...]
    lately: tuple[MutantFate, ...]


class Verified(Value, frozen=True, kw_only=True):
    """All that was found out about one exercise. `dropped` are standard cases that the reference itself cannot pass."""

    exercise: str
    well: bool
    checks: tuple[Check, ...]
    dropped: tuple[Problem, ...] = ()
    strength: Strength | None = None


class Verification(Value, frozen=True, kw_only=True):
    """Every exercise, and how long it took."""

    schema_version: int = 1
    well: bool
    wall_s: float
    exercises: tuple[Verified, ...]


def gathered(exercise: str, parts: list[Part]) -> Verified:
    """Return what the parts of one exercise come to."""
    present = [name for name in CheckName if any(part.check is name for part in parts)]
    checks = tuple(_check(name, [part for part in parts if part.check is name]) for name in present)
    mutants = [mutant for part in parts for mutant in part.mutants]
    names = next((part.cases for part in parts if part.cases), ())
    return Verified(
        exercise=exercise,
        well=all(is_well(check) for check in checks),
        checks=checks,
        dropped=tuple(problem for part in parts for problem in part.dropped),
        strength=_strength(mutants, names) if mutants else None,
    )


def is_well(check: Check) -> bool:
    """Tell whether a check's result will do."""
    floors = {CheckName.MUTANTS: KILLED_SHARE, CheckName.NAMED: NAMED_SHARE}
    return check.good >= floors.get(check.name, 1.0) * check.count


def _check(name: CheckName, parts: list[Part]) -> Check:
    return Check(
        name=name,
        good=sum(part.good for part in parts),
        count=sum(part.count for part in parts),
        known=sum(part.known for part in parts),
        problems=tuple(problem for part in parts for problem in part.problems),
        busy_s=round(sum(part.busy_s for part in parts), 3),
    )


def _strength(mutants: list[MutantFate], names: tuple[str, ...]) -> Strength:
    of = {fate: tuple(mutant for mutant in mutants if mutant.fate is fate) for fate in Fate}
    killed = of[Fate.KILLED]
    cases = tuple(
        CaseStrength(
            case=name,
            kills=sum(name in mutant.killers for mutant in killed),
            alone=sum(mutant.killers == (name,) for mutant in killed),
        )
        for name in names
    )
    return Strength(
        killed=len(killed) + len(of[Fate.KILLED_LATE]),
        late=len(of[Fate.KILLED_LATE]),
        survived=len(of[Fate.SURVIVED]),
        equivalent=len(of[Fate.EQUIVALENT]),
        stillborn=len(of[Fate.STILLBORN]),
        cases=cases,
        survivors=of[Fate.SURVIVED],
        equivalents=of[Fate.EQUIVALENT],
        lately=of[Fate.KILLED_LATE],
    )
