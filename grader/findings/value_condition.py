"""A scenario's yes or no is the other: what is wrong is what its author says of it."""

from __future__ import annotations

from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Scene
from grader.findings.words import called, number
from grader.model import RuleText


def _look(scene: Scene) -> Hit | None:
    """All that differs in a scenario is a single 0 for a 1, or the other way round."""
    case, wrong = scene.here.sight.case, scene.here.wrong_values
    if case.scenario is None or not case.why or len(scene.here.sight.differences) != len(wrong) or not wrong:
        return None
    if not all(one.want.size == 1 and {float(one.want.item()), float(one.got.item())} == {0.0, 1.0} for one in wrong):
        return None
    one = wrong[0]
    got, want = number(float(one.got.item())), number(float(one.want.item()))
    return hit(one.slot, name=called(one.slot), got=got, want=want, why=case.why)


RULE = Rule(
    RuleText(
        id="value.condition",
        title="What should hold does not",
        message="`{name}` is {got} and should be {want} (1 is yes, 0 is no). What is asked for here: {why}.",
        why="This case asks whether something holds, and it is the other way round with your code.",
        mend="Read the sentence of this case as a condition on what you made, and look at that with a `print`.",
    ),
    rank=40,
    look=_look,
)
