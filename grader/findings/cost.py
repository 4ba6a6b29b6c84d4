"""The answer is right, but costs more than the exercise allows: operators, bytes or FLOPs, counted at two sizes."""

from __future__ import annotations

from collections.abc import Callable

from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Scene
from grader.model import Aspect, Difference, RuleText


def _costs(what: str) -> Callable[[Scene], Hit | None]:
    def look(scene: Scene) -> Hit | None:
        for one in scene.here.sight.differences:
            if one.aspect is Aspect.COST and one.slot == what:
                return _told(one)
        return None

    return look


def _told(one: Difference) -> Hit:
    got, expected = (f"{int(token):,}" if token.isdecimal() else token for token in (one.got, one.expected))
    return hit(one.slot, got=got, expected=expected)


def _any(scene: Scene) -> Hit | None:
    one = scene.here.first(Aspect.COST)
    return _told(one) if one is not None else None


RULES = (
    Rule(
        RuleText(
            id="cost.grows-with-size",
            title="The number of operations grows with the input",
            message="for a large input your code starts {got} operations, where {expected} are enough for any size: it works "
            "through the elements one by one.",
            why="Each operation that Python starts costs microseconds, whatever its size; torch does the same work on a whole "
            "tensor in one step, and on a GPU the difference is a factor of hundreds.",
            mend="Write the body of the loop for all elements at once: an index becomes an axis, an `if` becomes "
            "`torch.where`, and adding up becomes `.sum(dim=...)`.",
        ),
        rank=6,
        look=_costs("operators"),
    ),
    Rule(
        RuleText(
            id="cost.memory",
            title="Too much memory",
            message="your code makes {got} bytes of tensors on the way to its result; {expected} are enough.",
            why="A step in between is far larger than inputs and result, as when every element meets every other one. With "
            "larger inputs it will not fit into memory at all.",
            mend="Print the shapes on the way, and look for one with more axes than you expected. A matrix product, `gather` "
            "or a reduction often does the same without it.",
        ),
        rank=6,
        look=_costs("bytes"),
    ),
    Rule(
        RuleText(
            id="cost.too-much-work",
            title="Too much arithmetic",
            message="your code needs {got} floating-point operations; {expected} are enough.",
            why="The same result comes from far fewer multiplications and additions.",
            mend="Look for work that is done again and again, and for products whose result is mostly thrown away.",
        ),
        rank=6,
        look=_any,
    ),
)
