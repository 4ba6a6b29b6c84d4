"""The result has another dtype, or is on another device."""

from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Scene
from grader.findings.words import called
from grader.model import Aspect, RuleText


def _dtype(scene: Scene) -> Hit | None:
    one = scene.here.first(Aspect.DTYPE)
    if one is None:
        return None
    return hit(one.slot, name=called(one.slot), got=one.got, expected=one.expected, inputs=scene.here.sight.case.dtype)


def _device(scene: Scene) -> Hit | None:
    one = scene.here.first(Aspect.DEVICE)
    return hit(one.slot, name=called(one.slot), got=one.got, expected=one.expected) if one else None


RULES = (
    Rule(
        RuleText(
            id="structure.dtype",
            title="Another dtype",
            message="{name} has dtype {got}, expected {expected} (the inputs are {inputs}).",
            why="A result in another dtype loses digits or doubles the memory, and the next operation may refuse to "
            "mix the two. `.float()`, `.double()` and tensors that you make without a `dtype` change it.",
            mend="Make new tensors in the dtype of the inputs (`torch.zeros_like(x)`, `dtype=x.dtype`, "
            "`targets.to(x.dtype)`), and do not call `.float()` or `.double()` on what you return.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    return (pred.float() - target.float()).square().mean()
""",
        ),
        rank=4,
        look=_dtype,
    ),
    Rule(
        RuleText(
            id="structure.device",
            title="Another device",
            message="{name} is on {got}, expected on {expected}.",
            why="Tensors on different devices cannot be combined.",
            mend="Make new tensors where the inputs are: `device=x.device`, or `torch.zeros_like(x)`.",
        ),
        rank=4,
        look=_device,
    ),
)
