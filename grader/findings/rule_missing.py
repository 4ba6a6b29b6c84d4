"""The answer does not use what the exercise asks for."""

from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Scene
from grader.model import Aspect, RuleText


def _look(scene: Scene) -> Hit | None:
    for one in scene.here.sight.differences:
        if one.aspect is Aspect.RULE and not one.got:
            return hit(one.slot, name=one.expected)
    return None


RULE = Rule(
    RuleText(
        id="rule.missing",
        title="Something that this exercise asks for is not there",
        message="your code never uses `{name}`, which this exercise asks for.",
        why="The exercise is about this very tool; an answer that goes another way may be right, but does not "
        "practise it.",
        mend="Look up what the tool does in torch's documentation, and write your answer with it.",
        example="""\
def right(pred, target):
    return torch.square(pred - target).mean()

def wrong(pred, target):
    return ((pred - target) * (pred - target)).mean()
""",
    ),
    rank=2,
    look=_look,
)
