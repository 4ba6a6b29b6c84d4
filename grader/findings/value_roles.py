"""The result is what comes out if arguments have other values, or change places."""

from __future__ import annotations

from collections.abc import Callable

from grader.findings.guesses import AsIfZero, looking, matching
from grader.findings.laws import Law, proved
from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Scene
from grader.model import RuleText


def _scalar(*kinds: tuple[str, str]) -> Callable[[Scene], Hit | None]:
    """Return a look for variants of plain arguments: kinds with what the argument is replaced by, in words."""

    def look(scene: Scene) -> Hit | None:
        for kind, words in kinds:
            found = matching(scene, [kind])
            if found is not None and found[0][1] in scene.here.scalars:
                name, *rest = found[0][1:]
                return hit(found[1].slot, first=name, second=words.format(name, *rest))
        return None

    return look


def _tensor(kind: str) -> Callable[[Scene], Hit | None]:
    """Return a look for a variant of tensors, not of plain arguments."""

    def look(scene: Scene) -> Hit | None:
        found = matching(scene, [kind])
        if found is None or found[0][1] in scene.here.scalars:
            return None
        return hit(found[1].slot, first=found[0][1])

    return look


def _sign(scene: Scene) -> Hit | None:
    found = matching(scene, ["negated"])
    return hit(found[1].slot, first=found[0][1]) if found else None


def _zero(scene: Scene) -> Hit | None:
    for name, value in scene.here.scalars.items():
        guess = AsIfZero(name, scene.variants)
        pair = proved(scene, Law(guess, guess, exceptional=True)) if value == 0 else None
        if pair is not None:
            return hit(pair.slot, first=name)
    return None


RULES = (
    Rule(
        RuleText(
            id="value.argument-ignored",
            title="An argument is ignored",
            message="your result is what comes out if `{first}` is left at its default, whatever it is.",
            why="The formula contains `{first}`. A number written in its place is right for one value alone.",
            mend="Find `{first}` in the formula, and use the argument there instead of a number.",
            example="""\
def right(pred, target, scale=1.0):
    return (scale * pred - target).square().mean()

def wrong(pred, target, scale=1.0):
    scale = 1.0
    return (scale * pred - target).square().mean()
""",
        ),
        rank=13,
        look=looking("default", "without"),
    ),
    Rule(
        RuleText(
            id="value.zero-taken-for-nothing",
            title="An argument of 0 is taken for none",
            message="for `{first}` = 0 your result is that for its default: 0 was taken for an argument that is "
            "missing.",
            why="In Python 0 counts as false, so `x or default` and `if x:` treat it like None.",
            mend="Ask `if x is None`, or rely on the default in the `def` line.",
            example="""\
def right(pred, target, power=2.0):
    return ((pred - target).abs() + 1).pow(power).mean()

def wrong(pred, target, power=2.0):
    return ((pred - target).abs() + 1).pow(power or 2.0).mean()
""",
        ),
        rank=13,
        look=_zero,
    ),
    Rule(
        RuleText(
            id="value.argument-inverted",
            title="An argument is used the wrong way round",
            message="your result is what comes out if `{first}` is replaced by {second}.",
            why="A share and what is left of it, or a factor and a divisor, are easily exchanged.",
            mend="Check every place where `{first}` stands: should it be 1 - `{first}` there, or a division?",
            example="""\
def right(scores, labels, share=0.3):
    error = (scores - labels).square()
    return (torch.where(labels > 0.5, share, 1 - share) * error).mean()

def wrong(scores, labels, share=0.3):
    error = (scores - labels).square()
    return (torch.where(labels > 0.5, 1 - share, share) * error).mean()
""",
        ),
        rank=14,
        look=_scalar(("complement", "1 - `{0}`"), ("inverse", "1 / `{0}`")),
    ),
    Rule(
        RuleText(
            id="value.argument-scaled",
            title="An argument is off by the size of an axis",
            message="your result is what comes out if `{first}` is replaced by {second}.",
            why="What is to be spread over an axis must be divided by its size, once; what is to be given to each of "
            "its elements must not.",
            mend="Check where `{first}` is divided by the number of elements, or should be.",
            example="""\
def right(logits, targets, share=0.3):
    return (logits.square() + 1 + share / logits.shape[1]).log().mean()

def wrong(logits, targets, share=0.3):
    return (logits.square() + 1 + share).log().mean()
""",
        ),
        rank=15,
        look=_scalar(("times", "`{0}` · `{1}`"), ("divided", "`{0}` / `{1}`")),
    ),
    Rule(
        RuleText(
            id="value.argument-left-out",
            title="An argument has no effect",
            message="your result is what comes out if `{first}` is {second}: it has no part in your formula.",
            why="A factor of 1 or an addition of 0 is as good as not being there.",
            mend="Find `{first}` in the formula, and put it in the same place in your code.",
            example="""\
def right(pred, target, share=0.3):
    return share * (pred - target).square().mean() + pred.square().mean()

def wrong(pred, target, share=0.3):
    return share**0 * (pred - target).square().mean() + pred.square().mean()
""",
        ),
        rank=14,
        look=_scalar(("neutral", "1"), ("zero", "0")),
    ),
    Rule(
        RuleText(
            id="value.swapped-arguments",
            title="Two arguments are exchanged",
            message="your result is what comes out if `{first}` and `{second}` change places.",
            why="The formula treats the two differently: one is the truth, the other the guess, or each has a place "
            "of its own.",
            mend="Compare where `{first}` and `{second}` stand in the formula with your code.",
            example="""\
def right(pred, target):
    return (pred - target / 2).square().mean()

def wrong(pred, target):
    return (target - pred / 2).square().mean()
""",
        ),
        rank=14,
        look=looking("swapped"),
    ),
    Rule(
        RuleText(
            id="value.input-sign",
            title="An argument has the wrong sign",
            message="your result is what comes out for minus `{first}`.",
            why="A minus stands where there should be none, or is missing; or two cases are exchanged.",
            mend="Check the sign in front of `{first}`, and which case belongs to which target.",
            example="""\
def right(scores, labels):
    return -torch.nn.functional.logsigmoid(scores).mean() + labels.mean()

def wrong(scores, labels):
    return -torch.nn.functional.logsigmoid(-scores).mean() + labels.mean()
""",
        ),
        rank=15,
        look=_sign,
    ),
    Rule(
        RuleText(
            id="value.targets-exchanged",
            title="0 and 1 are exchanged",
            message="your result is what comes out if 0 and 1 change places in `{first}`.",
            why="The two terms of the formula belong to the two values of `{first}`, and yours stand in each other's "
            "place.",
            mend="`{first}` multiplies the term for 1, and `1 - {first}` the term for 0.",
            example="""\
def right(scores, labels):
    return (labels * scores.square() + (1 - labels) * scores.abs()).mean()

def wrong(scores, labels):
    return ((1 - labels) * scores.square() + labels * scores.abs()).mean()
""",
        ),
        rank=14,
        look=_tensor("complement"),
    ),
)
