"""The answer behaves, in every case, as the right one with one place of it changed: the change is the slip.

Nothing is looked for here: `grader.suspects` compared the answer with the changed references; these are the words.
"""

from __future__ import annotations

from collections.abc import Callable

from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Scene
from grader.model import RuleText

RANK = 10
MESSAGE = "in every case your answer gives what the right one would give {told}."


def _telling(rule: str) -> Callable[[Scene], Hit | None]:
    def look(scene: Scene) -> Hit | None:
        return None if scene.slip is None or scene.slip.rule != rule else hit(told=scene.slip.told)

    return look


def _rule(name: str, title: str, why: str, mend: str, example: str) -> Rule:
    text = RuleText(id=name, title=title, message=MESSAGE, why=why, mend=mend, example=example)
    return Rule(text, RANK, _telling(name))


RULES = (
    _rule(
        "slip.left-out",
        "A part of the formula is left out",
        "A term, a factor or a step that is not there raises no error: the result only is another number.",
        "Go through the statement's formula piece by piece, and point at the place of your code where each one is.",
        """\
def right(pred, target):
    spread = pred.square().mean(dim=1) + 0.5
    return ((pred - target).abs().sum(dim=1) / spread).mean()

def wrong(pred, target):
    return (pred - target).abs().sum(dim=1).mean() + 0 * pred.sum()
""",
    ),
    _rule(
        "slip.operator",
        "Another sign or operator",
        "One sign decides between adding and taking away, between uphill and downhill.",
        "Compare each sign of your code with the formula's, the brackets around it too.",
        """\
def right(pred, target):
    return (pred.tanh() - 0.3 * target.square()).mean(dim=1)

def wrong(pred, target):
    return (pred.tanh() + 0.3 * target.square()).mean(dim=1)
""",
    ),
    _rule(
        "slip.axis",
        "Along another axis, or of another size",
        "A function of an axis works along any: what belongs together is then mixed with what does not.",
        "Write the shape of each tensor beside its line, with the names of the axes, and ask which one has to go, or has "
        "to sum to 1.",
        """\
def right(values):
    return values.softmax(dim=2).square().sum(dim=2) * values.shape[2] ** 0.5

def wrong(values):
    return values.softmax(dim=2).square().sum(dim=2) * values.shape[1] ** 0.5
""",
    ),
    _rule(
        "slip.function",
        "Another function, or once too often",
        "Functions with like names or like curves give numbers of a like size, and no error.",
        "Look each function up in the statement's formula: which one is it, of what, and how often?",
        """\
def right(pred, target):
    return (torch.tanh(pred + target) * target).sum(dim=1)

def wrong(pred, target):
    return (torch.sigmoid(pred + target) * target).sum(dim=1)
""",
    ),
    _rule(
        "slip.order",
        "Two steps in the other order",
        "The root of a sum is not the sum of roots; what is masked after a softmax has had its share already.",
        "Say the formula in words, from the inside to the outside, and write one line for each step.",
        """\
def right(pred, target):
    return torch.sqrt(pred.square() + 0.7).mean(dim=1) + target.mean(dim=1).square()

def wrong(pred, target):
    return (pred.square().sqrt() + 0.7).mean(dim=1) + target.mean(dim=1).square()
""",
    ),
    _rule(
        "slip.number",
        "Another number in the formula",
        "An exponent, a factor or a count that is off changes every result a little, or much.",
        "Compare each number in your code with the statement's, and ask of each count whether it begins at 0 or at 1.",
        """\
def right(pred, target):
    return (pred - target).abs().pow(3).mean(dim=1).tanh() + target.mean(dim=1)

def wrong(pred, target):
    return (pred - target).abs().pow(4).mean(dim=1).tanh() + target.mean(dim=1)
""",
    ),
    _rule(
        "slip.exchanged",
        "Two things have changed places",
        "Where shapes allow both orders, nobody complains: the left for the right, a matrix for its transpose, one "
        "argument for another.",
        "Read each line aloud with the statement's names: which one is on the left, which one is divided by which?",
        """\
def right(pred, target):
    return (pred.tanh() + 2) / (target.sigmoid() + 1) + 0.3 * pred

def wrong(pred, target):
    return (target.sigmoid() + 1) / (pred.tanh() + 2) + 0.3 * pred
""",
    ),
    _rule(
        "slip.guard",
        "A guard, a mask or a condition is missing or turned round",
        "What guards against a division by 0, or keeps some entries out, shows only where it is needed.",
        "Ask of each mask what True means, of each condition when it holds, and of each division whether it can be by 0.",
        """\
def right(pred, target):
    kept = target > 0.2
    return pred.sigmoid().masked_fill(~kept, 0.0).sum(dim=1).log1p()

def wrong(pred, target):
    kept = target > 0.2
    return pred.sigmoid().masked_fill(kept, 0.0).sum(dim=1).log1p()
""",
    ),
    _rule(
        "slip.option",
        "An option of a function, or a default",
        "An option that is left out has its default, which may be another than the one that the formula needs.",
        "Read in torch's documentation what the function does unless told otherwise, and use every argument of your own.",
        """\
def right(pred, target):
    return (pred - target).var(dim=1, unbiased=False).log1p()

def wrong(pred, target):
    return (pred - target).var(dim=1).log1p()
""",
    ),
    _rule(
        "slip.detach",
        "A gradient flows where none should, or does not where one should",
        "`detach` and `no_grad` leave the value as it is, and cut what it is computed from off from learning.",
        "Ask of each part of the formula whether it should learn, and cut off only what should not.",
        """\
def right(pred, target):
    return (pred * pred.detach().sigmoid()).sum(dim=1).tanh()

def wrong(pred, target):
    return (pred * pred.sigmoid()).sum(dim=1).tanh()
""",
    ),
    _rule(
        "slip.two",
        "Two things at once",
        "Each of them alone would show as something else; together they hide each other.",
        "Mend one, then grade again: what is left is told by itself.",
        """\
def right(pred, target):
    return ((pred - target).square() / (target.square() + 0.5)).mean()

def wrong(pred, target):
    return ((pred - target).square() / target.square()).sum()
""",
    ),
)
