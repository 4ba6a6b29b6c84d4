"""Source that Python cannot read, and names that stand behind a dot in vain: slips of the keyboard."""

from __future__ import annotations

from collections.abc import Callable

from grader.findings.rule import Hit, Rule
from grader.findings.run_raised import raised, told
from grader.findings.scene import Scene
from grader.model import RuleText


def _of(kind: str, *, but: str = "") -> Callable[[Scene], Hit | None]:
    def look(scene: Scene) -> Hit | None:
        error = raised(scene)
        kinds = {error.type, *error.bases} if error is not None else set()
        return told(error) if error is not None and kind in kinds and but not in kinds else None

    return look


RULES = (
    Rule(
        RuleText(
            id="run.indentation",
            title="Lines are not indented alike",
            message="Python cannot read your code{place}: {message}.",
            why="Python takes from the indent what belongs to a `def`, an `if` or a `for`; one blank more or less is "
            "another program, or none. Nothing is run before all of it can be read.",
            mend="Indent what belongs to a `def`, `if` or `for` by four spaces, all its lines alike, and nothing else; "
            "do not mix tabs and spaces.",
        ),
        rank=2,
        look=_of("IndentationError"),
    ),
    Rule(
        RuleText(
            id="run.syntax",
            title="Python cannot read the code",
            message="Python cannot read your code{place}: {message}.",
            why="Nothing in a file, or in a notebook's cell, is run before Python can read all of it.",
            mend="Look at this line and at the end of the one above: a bracket, a quote, a comma or a colon is often "
            "missing there. Your editor marks the place in red.",
        ),
        rank=2,
        look=_of("SyntaxError", but="IndentationError"),
    ),
    Rule(
        RuleText(
            id="run.attribute",
            title="Nothing of this name stands behind the dot",
            message="your code raised {type}{place}: {message}",
            why="What can stand behind a dot depends on what stands in front of it: a tensor, a number and a module "
            "have different functions.",
            mend="Check the spelling. Then print `type(...)` of what stands in front of the dot: is it the tensor that "
            "you think?",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    return (pred - target).sqaure().mean()
""",
        ),
        rank=2,
        look=_of("AttributeError"),
    ),
)
