"""The answer uses what the exercise forbids."""

from dataclasses import replace

from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Scene
from grader.model import Aspect, RuleText


def _look(scene: Scene) -> Hit | None:
    for one in scene.here.sight.differences:
        if one.aspect is Aspect.RULE and one.got not in {"", "loop"}:
            line = int(one.slot[5:]) if one.slot.startswith("line ") and one.slot[5:].isdigit() else None
            where = f"in {one.slot}" if line is not None else "when it runs"
            return replace(hit(one.slot, name=one.got, where=where), line=line)
    return None


RULE = Rule(
    RuleText(
        id="rule.forbidden",
        title="Something that this exercise does not allow",
        message="your code uses `{name}` ({where}), which this exercise does not allow.",
        why="The exercise is about writing this yourself; a call that does it for you shows nothing. What a call "
        "does is seen when it runs, so another name for it, or `getattr`, is seen too.",
        mend="Write the formula of the statement with the operations that it leaves open. The hints say which.",
        example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    return torch.nn.functional.mse_loss(pred, target)
""",
    ),
    rank=1,
    look=_look,
)
