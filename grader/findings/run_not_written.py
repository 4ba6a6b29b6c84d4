"""A part of the answer says itself that it is not written: Python's own sign, which starters carry."""

from __future__ import annotations

import re

from grader.findings.rule import Hit, Rule
from grader.findings.run_raised import DTYPES, raised, told
from grader.findings.scene import Scene
from grader.model import RuleText

FORWARD = re.compile(r'missing the required "forward" function')


def _look(scene: Scene) -> Hit | None:
    """Torch raises the same type where it lacks an operation for a dtype: that is another rule's."""
    error = raised(scene)
    if error is None or error.type != "NotImplementedError" or any(word in error.message for word in DTYPES):
        return None
    if FORWARD.search(error.message):
        return told(error, what="your module has no method `forward`, which is what a call of a module runs")
    frame = error.frames[-1] if error.frames else None
    inside = f" in `{frame.function}`" if frame and frame.function.isidentifier() else ""
    line = f"line {frame.line}{inside}" if frame else "your code"
    return told(error, what=f"{line} raises `NotImplementedError`: that part is not written yet")


RULE = Rule(
    RuleText(
        id="run.not-written",
        title="A part that is not written yet",
        message="{what}.",
        why="A starter raises `NotImplementedError` where your code belongs. Such a line is still there, and these inputs "
        "lead to it.",
        mend="Write what this line stands for, and take the line out.",
        example="""\
def right(pred, target, scale=1.0):
    return scale * (pred - target).square().mean()

def wrong(pred, target, scale=1.0):
    if scale == 1.0:
        return (pred - target).square().mean()
    raise NotImplementedError
""",
    ),
    rank=1,
    look=_look,
)
