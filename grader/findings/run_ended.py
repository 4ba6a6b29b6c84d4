"""The call did not come back: out of time, out of memory, or the process ended."""

from __future__ import annotations

from collections.abc import Callable

from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Scene
from grader.model import RuleText, Status


def _ended(*statuses: Status) -> Callable[[Scene], Hit | None]:
    def look(scene: Scene) -> Hit | None:
        return hit() if scene.here.sight.execution.status in statuses else None

    return look


RULES = (
    Rule(
        RuleText(
            id="run.timed-out",
            title="Out of time",
            message="the call ran longer than it may.",
            why="The inputs are small; a right answer takes milliseconds. A loop that never ends, or waits for "
            "something, is the usual reason.",
            mend="Look at what each loop waits for, and whether that can come about. Replace loops over elements by "
            "operations on whole tensors.",
        ),
        rank=1,
        look=_ended(Status.TIMED_OUT),
    ),
    Rule(
        RuleText(
            id="run.out-of-memory",
            title="Out of memory",
            message="the call asked for more memory than it may use.",
            why="Somewhere a tensor is built that is far larger than the inputs: two shapes that broadcast against "
            "each other by accident do that, as does a list that grows in a loop.",
            mend="Print the shapes of what you compute on the way, with small inputs; look for one with more axes "
            "than you expected.",
        ),
        rank=1,
        look=_ended(Status.OUT_OF_MEMORY),
    ),
    Rule(
        RuleText(
            id="run.crashed",
            title="The Python process ended",
            message="the Python process ended in the middle of the call, without an exception.",
            why="`exit()`, `os._exit` and faults in compiled code end the process; a function should return.",
            mend="Remove calls that end Python, and run the call by itself to see what is printed last.",
        ),
        rank=1,
        look=_ended(Status.CRASHED, Status.OUTPUT_LIMIT),
    ),
)
