"""A Python loop where the exercise asks for vectorised code."""

from dataclasses import replace

from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Scene
from grader.model import Aspect, RuleText


def _look(scene: Scene) -> Hit | None:
    for one in scene.here.sight.differences:
        if one.aspect is Aspect.RULE and one.got == "loop":
            line = int(one.slot[5:]) if one.slot.startswith("line ") and one.slot[5:].isdigit() else None
            return replace(hit(one.slot, where=one.slot), line=line)
    return None


RULE = Rule(
    RuleText(
        id="rule.loop",
        title="A Python loop",
        message="there is a Python loop in {where}; this exercise asks for operations on whole tensors.",
        why="A loop starts one small operation after another, thousands of times; torch does the same work on a "
        "whole tensor in one step, and on a GPU the difference is a factor of hundreds. Comprehensions are loops too.",
        mend="Write the body of the loop for all elements at once: an index becomes an axis, an `if` becomes "
        "`torch.where`, and adding up becomes `.sum(dim=...)`.",
        example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    total = 0.0
    for row in range(pred.shape[0]):
        total = total + (pred[row] - target[row]).square().mean()
    return total / pred.shape[0]
""",
    ),
    rank=1,
    look=_look,
)
