"""An exception was expected: it did not come, or another one did."""

from grader.findings.rule import Hit, Rule, hit
from grader.findings.run_raised import told
from grader.findings.scene import Scene
from grader.model import Aspect, RuleText


def _nothing(scene: Scene) -> Hit | None:
    wanted, got = scene.here.sight.expectation.actual.raised, scene.here.sight.observed.raised
    if wanted is None or got is not None or scene.here.first(Aspect.EXCEPTION) is None:
        return None
    return hit(expected=wanted.type)


def _another(scene: Scene) -> Hit | None:
    wanted, got = scene.here.sight.expectation.actual.raised, scene.here.sight.observed.raised
    if wanted is None or got is None or scene.here.first(Aspect.EXCEPTION) is None:
        return None
    return told(got, expected=wanted.type)


RULES = (
    Rule(
        RuleText(
            id="run.not-raised",
            title="An exception is expected, and none came",
            message="for these inputs your code should raise {expected}, but it returned a result.",
            why="An input that makes no sense is best refused where it comes in; a result made from it misleads "
            "whoever uses it.",
            mend="Check the argument first, and `raise {expected}(...)` with a sentence that says what is wrong.",
            example="""\
def right(pred, target, scale=1.0):
    if scale > 1:
        raise ValueError("scale is at most 1")
    return scale * (pred - target).square().mean()

def wrong(pred, target, scale=1.0):
    return min(scale, 1.0) * (pred - target).square().mean()
""",
        ),
        rank=2,
        look=_nothing,
    ),
    Rule(
        RuleText(
            id="run.wrong-exception",
            title="An exception of another type",
            message="your code raised {type}{place} where {expected} is expected.",
            why="Whoever calls the function catches the type that it promises, and no other.",
            mend="Raise {expected} itself, before anything else can fail.",
            example="""\
def right(pred, target, scale=1.0):
    if scale > 1:
        raise ValueError("scale is at most 1")
    return scale * (pred - target).square().mean()

def wrong(pred, target, scale=1.0):
    assert scale <= 1
    return scale * (pred - target).square().mean()
""",
        ),
        rank=2,
        look=_another,
    ),
)
