"""What is left when no cause was recognised: the plain numbers."""

from __future__ import annotations

from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Pair, Scene
from grader.findings.words import called, place, two, worst
from grader.model import Aspect, Difference, RuleText


def _values(scene: Scene) -> Hit | None:
    if scene.here.wrong_values:
        return _pair(scene.here.wrong_values[0])
    one = scene.here.first(Aspect.VALUE, Aspect.BUFFER) or _first_other(scene)
    return _difference(one) if one is not None else None


def _first_other(scene: Scene) -> Difference | None:
    """What no rule is about must still be told."""
    return next((one for one in scene.here.sight.differences if one.aspect is not Aspect.GRADIENT), None)


def _pair(pair: Pair) -> Hit:
    at = worst(pair)
    got, want = two(float(pair.got[at]), float(pair.want[at]))
    return hit(pair.slot, place=place(pair, at), got=got, want=want)


def _difference(one: Difference) -> Hit:
    at = f"[{', '.join(map(str, one.index))}]" if one.index else ""
    got = one.got if one.got_value is None else one.got_value
    want = one.expected if one.expected_value is None else one.expected_value
    return hit(one.slot, place=called(one.slot) + at, got=got, want=want)


def _printed(scene: Scene) -> Hit | None:
    """What is wrong is not expected to be printed right."""
    others = {difference.aspect for difference in scene.here.sight.differences}
    if others & {Aspect.VALUE, Aspect.TYPE, Aspect.STRUCTURE, Aspect.SHAPE}:
        return None
    one = scene.here.first(Aspect.PRINTED)
    return hit(one.slot, got=one.got, want=one.expected) if one is not None else None


def _check(scene: Scene) -> Hit | None:
    one = scene.here.first(Aspect.PREDICATE)
    return hit(one.slot, name=one.slot, words=one.got) if one is not None else None


RULES = (
    Rule(
        RuleText(
            id="value.printed",
            title="A number was not printed",
            message="your code printed {got}; {want} should be there.",
            why="What is printed is part of the task: whoever reads it sees no variables.",
            mend="Print each result itself, `print(x)`, after its last change, with at least three digits.",
        ),
        rank=50,
        look=_printed,
    ),
    Rule(
        RuleText(
            id="value.check",
            title="A condition of the statement is not met",
            message="{name}: {words}",
            why="There is more than one right answer here; the statement says what they have in common.",
            mend="Read the condition in the statement again, and test your result for it.",
        ),
        rank=50,
        look=_check,
    ),
    Rule(
        RuleText(
            id="value.differs",
            title="The value differs",
            message="{place} is {got}, expected {want}.",
            why="No usual slip explains this number; the formula itself is likely to differ.",
            mend="Work one small example out by hand, with two or three elements, and compare it with your code line "
            "by line.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    return (pred - target).abs().pow(1.7).mean() + pred.mean()
""",
        ),
        rank=90,
        look=_values,
    ),
)
