"""The result is made of both directions: of the expected one, and of what comes out if two arguments change places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from grader.findings.guesses import As
from grader.findings.laws import Law, proved
from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Glimpse, Numbers, Pair, Scene
from grader.model import Execution, RuleText

SHARES = ((0.5, "the mean of"), (1.0, "the sum of"))


@dataclass(frozen=True)
class Both:
    """A guess: the expected result and that of a variant, added up or averaged."""

    name: str
    share: float
    known: Mapping[str, Mapping[str, Execution]] = field(compare=False, repr=False)

    def __call__(self, glimpse: Glimpse, pair: Pair) -> Numbers | None:
        """Return the sum of both, times the share, if the variant was tried in this case."""
        if pair.gradient:
            return None
        other = As(self.name, self.known)(glimpse, pair)
        return None if other is None else np.asarray(self.share * (pair.want + other))


def _look(scene: Scene) -> Hit | None:
    for name in scene.variants:
        if name.startswith("swapped:"):
            for share, words in SHARES:
                pair = proved(scene, Law(Both(name, share, scene.variants), lenient=True))
                if pair is not None:
                    _, first, second = name.split(":")
                    return hit(pair.slot, first=first, second=second, how=words)
    return None


RULE = Rule(
    RuleText(
        id="value.both-ways",
        title="Both directions, where one is asked for",
        message="your result is {how} the expected one and what comes out if `{first}` and `{second}` change places.",
        why="There is a symmetric version of this formula, which treats both arguments alike; here one direction is "
        "asked for.",
        mend="Leave out the half in which `{first}` and `{second}` have changed places.",
        example="""\
def right(pred, target):
    return (pred.exp() - target).square().mean()

def wrong(pred, target):
    return ((pred.exp() - target).square().mean() + (target.exp() - pred).square().mean()) / 2
""",
    ),
    rank=14,
    look=_look,
)
