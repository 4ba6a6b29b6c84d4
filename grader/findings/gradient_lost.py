"""No gradient arrives: the result is cut off from its inputs, or from some of them."""

from __future__ import annotations

from grader.findings.gradient_wrong import SECOND
from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Scene
from grader.findings.words import called
from grader.model import Aspect, RuleText, Tensor


def _detached(scene: Scene) -> Hit | None:
    one = scene.here.first(Aspect.REQUIRES_GRAD)
    if one is None or one.expected != "True":
        return None
    return hit(one.slot, name=called(one.slot))


def _missing_slots(scene: Scene) -> list[str]:
    return [
        one.slot.removeprefix("gradient of ")
        for one in scene.here.sight.differences
        if one.aspect is Aspect.GRADIENT and one.got == "None" and not one.slot.endswith(SECOND)
    ]


def _missing(scene: Scene) -> Hit | None:
    slots = _missing_slots(scene)
    nodes = scene.here.sight.observed.values
    if not slots or any(isinstance(node, Tensor) and not node.requires_grad for node in nodes):
        return None
    return hit(slots[0], name="` and `".join(slots))


def _leaks(scene: Scene) -> Hit | None:
    for one in scene.here.sight.differences:
        if one.aspect is Aspect.GRADIENT and one.expected == "None":
            name = one.slot.removeprefix("gradient of ")
            if name not in scene.here.sight.exercise.detached and scene.here.wrong_values:
                continue  # another computation has other inputs: its value tells more
            return hit(name, name=name)
    one_more = scene.here.first(Aspect.REQUIRES_GRAD)
    if one_more is not None and one_more.expected == "False":
        return hit(one_more.slot, name=called(one_more.slot))
    return None


def _exchanged(scene: Scene) -> Hit | None:
    """No gradient where one is expected, and one where none is: the two arguments have changed places."""
    lost, leaked = _missing_slots(scene), _leaks(scene)
    if not lost or leaked is None or leaked.slot not in scene.here.sight.exercise.detached + tuple(_watched(scene)):
        return None
    return hit(lost[0], name=lost[0], other=leaked.slot)


def _watched(scene: Scene) -> list[str]:
    groups = scene.here.sight.expectation.actual.gradients
    return [gradient.slot for group in groups[:1] for gradient in group]


RULES = (
    Rule(
        RuleText(
            id="gradient.exchanged",
            title="The wrong one is detached",
            message="a gradient reaches `{other}`, which should get none, and none reaches `{name}`: the two have "
            "changed places.",
            why="What learns needs the gradient, and what it learns from must stay as it is.",
            mend="Check the order of `{name}` and `{other}` in your calls, and which of them is detached.",
            example="""\
def right(pred, target):
    return (pred - target.detach()).square().mean()

def wrong(pred, target):
    return (pred.detach() - target).square().mean()
""",
        ),
        rank=11,
        look=_exchanged,
    ),
    Rule(
        RuleText(
            id="gradient.leaks",
            title="A gradient reaches what should stay fixed",
            message="gradients reach `{name}`, and none should.",
            why="What serves as a target, a teacher for one, must not move towards the student. If gradients reach "
            "it, training takes the easy way and changes the target.",
            mend="Cut it off where it comes in: `{name}.detach()`, or compute its part under `torch.no_grad()`.",
            example="""\
def right(pred, target):
    return (pred - target.detach()).square().mean()

def wrong(pred, target):
    return (pred - target).square().mean()
""",
        ),
        rank=38,
        look=_leaks,
    ),
    Rule(
        RuleText(
            id="gradient.detached",
            title="The result is cut off from its inputs",
            message="{name} does not require grad: no gradient can flow back from it, so nothing can be learned.",
            why="`.detach()`, `.item()`, `.data`, `torch.tensor(...)`, NumPy and `torch.no_grad()` all drop the "
            "record of how a number was computed. The value stays right, but training with it changes nothing.",
            mend="Compute the result from the inputs with torch operations alone, and leave those calls out.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    return torch.tensor((pred - target).square().mean().item(), dtype=pred.dtype)
""",
        ),
        rank=37,
        look=_detached,
    ),
    Rule(
        RuleText(
            id="gradient.missing",
            title="An input gets no gradient",
            message="no gradient reaches `{name}`: on the way from it to the result the graph is cut.",
            why="The result does not depend on this input as far as autograd can see: it was detached, turned into "
            "plain numbers, used only in comparisons, or not used at all.",
            mend="Follow `{name}` through your code, and look for `.detach()`, `.item()`, `.data`, `.argmax()`, "
            "comparisons, and conversions to integers.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    return (pred.detach() - target).square().mean() + 0 * target.mean()
""",
        ),
        rank=37,
        look=_missing,
    ),
)
