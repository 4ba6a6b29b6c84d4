"""What a student's bundle holds in place of a reference."""

from __future__ import annotations

from grader.model.base import Value
from grader.model.exercise import Exercise
from grader.model.observed import Expected, Misconceptions


class Recording(Value, frozen=True, kw_only=True):
    """An exercise as students get it: its public cases, worth what those are worth; of its hidden cases the points.

    `sentences` are the misconceptions' words by name. `seeds` are those that the reference was observed on, with the
    `versions` of what observed it.
    """

    exercise: Exercise
    hidden_points: float = 0.0
    sentences: tuple[tuple[str, str], ...] = ()
    seeds: tuple[int, ...] = ()
    versions: tuple[tuple[str, str], ...] = ()


class Recorded(Value, frozen=True, kw_only=True):
    """What a reference gave on one seed. `digest` is the exercise's, `drawn` that of the inputs it was given."""

    digest: str
    drawn: str
    expected: Expected
    misconceptions: Misconceptions = Misconceptions()
    variants: Misconceptions = Misconceptions()
