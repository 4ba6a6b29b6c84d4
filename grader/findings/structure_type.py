"""Something else than a tensor, or than the structure asked for, was returned."""

from __future__ import annotations

from collections import Counter

from grader import compare
from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Scene
from grader.findings.words import called
from grader.model import Aspect, Difference, Node, RuleText, Sequence, Tensor

NUMBERS = ("float ", "int ", "bool ", "complex ")


def _structure(scene: Scene) -> Difference | None:
    return scene.here.first(Aspect.STRUCTURE, Aspect.TYPE)


def _none(scene: Scene) -> Hit | None:
    one = _structure(scene)
    return hit(one.slot, expected=one.expected) if one and one.got == "None" else None


def _python_number(scene: Scene) -> Hit | None:
    one = _structure(scene)
    if one is None or not one.got.startswith(NUMBERS) or "tensor" not in one.expected:
        return None
    return hit(one.slot, name=called(one.slot), type=one.got.partition(" ")[0])


def _list(scene: Scene) -> Hit | None:
    one = _structure(scene)
    if one is None or one.aspect is not Aspect.STRUCTURE:
        return None
    got, _, count = one.got.partition(" of ")
    expected, _, wanted = one.expected.partition(" of ")
    if count and count == wanted and got != expected:
        return hit(one.slot, name=called(one.slot), got=got, expected=expected)
    return None


def _order(scene: Scene) -> Hit | None:
    """What was returned is what is expected, in another order: told by dtypes and shapes that all differ."""
    for got, want in zip(scene.here.sight.observed.values, scene.here.sight.expectation.actual.values, strict=False):
        if isinstance(got, Sequence) and isinstance(want, Sequence):
            kinds = [[_kind(node) for node in nodes.items] for nodes in (got, want)]
            if kinds[0] != kinds[1] and Counter(kinds[0]) == Counter(kinds[1]) and len(set(kinds[1])) == len(kinds[1]):
                return hit(got=", ".join(kinds[0]), expected=", ".join(kinds[1]))
    return None


def _kind(node: Node) -> str:
    return compare.token(node) if isinstance(node, Tensor) else type(node).__name__.lower()


def _other(scene: Scene) -> Hit | None:
    one = _structure(scene)
    return hit(one.slot, name=called(one.slot), got=one.got, expected=one.expected) if one else None


RULES = (
    Rule(
        RuleText(
            id="structure.order",
            title="The parts stand in another order",
            message="your function returns ({got}); ({expected}) is expected: the parts have changed places.",
            why="Whoever unpacks the result gets each part by its place.",
            mend="Return the parts in the order of the statement.",
            example="""\
def right(logits, targets):
    return logits.square(), targets

def wrong(logits, targets):
    return targets, logits.square()
""",
        ),
        rank=3,
        look=_order,
    ),
    Rule(
        RuleText(
            id="structure.none",
            title="Nothing was returned",
            message="your function returns None; {expected} is expected. Is a `return` missing?",
            why="A function that reaches its end without `return` gives None, whatever it has computed; printing a "
            "result does not return it.",
            mend="End the function with `return` and the result, in every branch.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    loss = (pred - target).square().mean()
""",
        ),
        rank=3,
        look=_none,
    ),
    Rule(
        RuleText(
            id="structure.python-number",
            title="A Python number instead of a tensor",
            message="{name} is a Python {type}; a tensor is expected.",
            why="`.item()`, `float()` and `math` give plain numbers. A plain number has forgotten how it was "
            "computed, so no gradient can come from it.",
            mend="Leave out `.item()` and `float(...)`, and use torch's functions instead of those of `math`.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    return (pred - target).square().mean().item()
""",
        ),
        rank=3,
        look=_python_number,
    ),
    Rule(
        RuleText(
            id="structure.list-for-tuple",
            title="A container of another type",
            message="{name} is a {got}; a {expected} is expected.",
            why="The statement fixes what comes back, so that whoever calls the function knows what to do with it.",
            mend="Return the values with commas between them, `return a, b`: that is a tuple.",
            example="""\
def right(pred, target):
    return (pred - target).mean(), (pred + target).mean()

def wrong(pred, target):
    return [(pred - target).mean(), (pred + target).mean()]
""",
        ),
        rank=3,
        look=_list,
    ),
    Rule(
        RuleText(
            id="structure.type",
            title="Something of another kind was returned",
            message="{name} is {got}; {expected} is expected.",
            why="The statement fixes what comes back: how many values, in which order, and of which kind.",
            mend="Compare your `return` with the last line of the statement.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    return (pred - target).square().mean(), pred
""",
        ),
        rank=4,
        look=_other,
    ),
)
