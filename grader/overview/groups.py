"""Answers that are wrong in the same way are one group. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from grader import footprint
from grader.gradebook import Answer

DIGITS = 8
"""So many of the example's digest name a group."""


@dataclass(frozen=True)
class Group:
    """Answers to one exercise whose wrong observations coincide; the first is the example."""

    answers: tuple[Answer, ...]

    @property
    def id(self) -> str:
        """The group's name: any member's digest would do, so it stays when others come and go."""
        return f"{self.answers[0].exercise}:{self.answers[0].digest[:DIGITS]}"


def groups(answers: Iterable[Answer]) -> tuple[Group, ...]:
    """Return the groups among answers, in the order of their examples; an answer without a footprint is in none.

    Each answer is compared with the examples of its kind alone, so a class costs little more than its size.
    """
    by_kind: dict[str, list[list[Answer]]] = {}
    for answer in sorted(answers, key=lambda each: (each.digest, each.result)):
        if answer.footprint is None:
            continue
        alike = by_kind.setdefault(answer.footprint.kind, [])
        for members in alike:
            example = members[0].footprint
            assert example is not None
            if footprint.coincide(example, answer.footprint):
                members.append(answer)
                break
        else:
            alike.append([answer])
    found = [Group(tuple(members)) for alike in by_kind.values() for members in alike]
    return tuple(sorted(found, key=lambda group: group.answers[0].digest))
