"""The result has another shape: which, and how did it come about?"""

from __future__ import annotations

import ast
from collections import Counter

import numpy as np

from grader import compare
from grader.arrays import to_numpy
from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Numbers, Scene
from grader.findings.words import called, named
from grader.model import Aspect, Difference, Node, RuleText, Scalar, Tensor

Shape = tuple[int, ...]


def _difference(scene: Scene) -> tuple[Difference, Shape, Shape] | None:
    one = scene.here.first(Aspect.SHAPE)
    if one is None:
        return None
    try:
        return one, tuple(ast.literal_eval(one.got)), tuple(ast.literal_eval(one.expected))
    except (ValueError, SyntaxError, TypeError):
        return None


def _facts(one: Difference, **more: Scalar) -> Hit:
    return hit(one.slot, name=called(one.slot), got=one.got, expected=one.expected, **more)


def _shape(scene: Scene) -> Hit | None:
    found = _difference(scene)
    return _facts(found[0]) if found else None


def _not_reduced(scene: Scene) -> Hit | None:
    """The shape has axes of the inputs that the result should not have any more."""
    found = _difference(scene)
    if found is None:
        return None
    one, got, expected = found
    sizes = scene.here.sizes
    extra = Counter(size for size in got if size != 1)
    extra.subtract(Counter(expected))
    left = [size for size, count in extra.items() if count > 0]
    names = [axis for size in left for axis, own in sizes.items() if own == size]
    kept = len(got) > len(expected) and max(extra.values(), default=0) == 1 and min(extra.values(), default=0) >= 0
    return _facts(one, axes=named(names)) if kept and names and len(names) == len(left) else None


def _kept_axis(scene: Scene) -> Hit | None:
    """The shape is the expected one with axes of size 1 besides."""
    found = _difference(scene)
    if found is None:
        return None
    one, got, expected = found
    same = tuple(size for size in got if size != 1) == tuple(size for size in expected if size != 1)
    return _facts(one) if same and len(got) > len(expected) else None


def _broadcast(scene: Scene) -> Hit | None:
    """The shape has one axis twice: (batch, 1) against (batch) gives (batch, batch)."""
    found = _difference(scene)
    if found is None:
        return None
    one, got, expected = found
    twice = [size for size, count in Counter(got).items() if count > Counter(expected)[size] and count > 1 and size > 1]
    if len(got) < 2 or len(twice) != 1:
        return None
    names = [axis for axis, size in scene.here.sizes.items() if size == twice[0]]
    return _facts(one, axis=names[0]) if names else None


def _transposed(scene: Scene) -> Hit | None:
    found = _difference(scene)
    if found is None or found[1] != found[2][::-1] or len(found[1]) < 2:
        return None
    got, want = (_tensor(node, found[0].slot) for node in (_first(scene, mine=True), _first(scene, mine=False)))
    if got is None or want is None or got.T.shape != want.shape:
        return None
    allowed = compare.allowed_error(compare.Arrays(got.T, want, np.zeros(want.shape), "float32"), Aspect.VALUE)
    with np.errstate(invalid="ignore"):
        same = bool(np.all(np.abs(got.T - want) <= 4 * allowed))
    return _facts(found[0]) if same else None


def _first(scene: Scene, *, mine: bool) -> Node | None:
    sight = scene.here.sight
    nodes = sight.observed.values if mine else sight.expectation.oracle.values
    return nodes[0] if nodes else None


def _tensor(node: Node | None, slot: str) -> Numbers | None:
    return to_numpy(node.array).astype(np.float64) if isinstance(node, Tensor) and slot in {"", "output"} else None


def _other_axis(scene: Scene) -> Hit | None:
    """The result has the size of another axis where one should be: the wrong one was reduced."""
    found = _difference(scene)
    if found is None or len(found[1]) != len(found[2]) or Counter(found[1]) == Counter(found[2]):
        return None
    one, got, expected = found
    names = {size: axis for axis, size in scene.here.sizes.items()}
    pairs = {(names.get(mine, ""), names.get(theirs, "")) for mine, theirs in zip(got, expected, strict=True)
             if mine != theirs}  # fmt: skip
    if len(pairs) != 1:
        return None
    kept, wanted = pairs.pop()
    return _facts(one, kept=kept, wanted=wanted) if kept and wanted else None


RULES = (
    Rule(
        RuleText(
            id="structure.broadcast",
            title="Two shapes were spread against each other",
            message="{name} has shape {got}, expected {expected}: every entry of {axis} met every other one.",
            why="Shapes such as (n, 1) and (n) do fit together for torch: it repeats both and gives (n, n), all "
            "pairs instead of n elements. No error is raised, and a mean hides it.",
            mend="Give both the same shape before you combine them: `x.squeeze(-1)`, or `y.unsqueeze(-1)`.",
            example="""\
def right(scores, labels):
    return scores - labels

def wrong(scores, labels):
    return scores.unsqueeze(-1) - labels
""",
        ),
        rank=3,
        look=_broadcast,
    ),
    Rule(
        RuleText(
            id="structure.transposed",
            title="Rows and columns are exchanged",
            message="{name} has shape {got}, expected {expected}: it is the right answer, transposed.",
            why="The order of the axes is part of the answer: what comes next reads rows as examples.",
            mend="Leave the last transposition out, or add `.transpose(0, 1)`.",
            example="""\
def right(logits, targets):
    return torch.softmax(logits, dim=1)

def wrong(logits, targets):
    return torch.softmax(logits, dim=1).T
""",
        ),
        rank=3,
        look=_transposed,
    ),
    Rule(
        RuleText(
            id="structure.wrong-axis",
            title="The wrong axis was reduced",
            message="{name} has shape {got}, expected {expected}: {kept} is left where {wanted} should be.",
            why="`dim` names the axis that disappears, not the one that stays.",
            mend="Name the other axis: the sum over `dim=1` of a tensor (batch, classes) leaves one number for each "
            "element of the batch.",
            example="""\
def right(logits, targets):
    return logits.logsumexp(dim=1)

def wrong(logits, targets):
    return logits.logsumexp(dim=0)
""",
        ),
        rank=3,
        look=_other_axis,
    ),
    Rule(
        RuleText(
            id="structure.not-reduced",
            title="An axis is left over",
            message="{name} has shape {got}, expected {expected}: {axes} should have been summed or averaged away.",
            why="The statement asks for a result without this axis; a loss, for one, is a single number.",
            mend="End with the reduction that the formula has: `.mean()` or `.sum()`, over the axes that it names.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    return (pred - target).square().mean(dim=1)
""",
        ),
        rank=4,
        look=_not_reduced,
    ),
    Rule(
        RuleText(
            id="structure.kept-axis",
            title="An axis of size 1 too many",
            message="{name} has shape {got}, expected {expected}: there is an axis of size 1 too many.",
            why="A leftover axis of size 1 looks harmless, but makes the next operation broadcast against everything.",
            mend="Leave out `keepdim=True` or `[None]`, or end with `.squeeze(...)`.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    return (pred - target).square().mean().reshape(1)
""",
        ),
        rank=4,
        look=_kept_axis,
    ),
    Rule(
        RuleText(
            id="structure.shape",
            title="Another shape",
            message="{name} has shape {got}, expected {expected}.",
            why="The shape says what each number belongs to; with another one the numbers cannot even be compared.",
            mend="Follow the shape line by line from the inputs to the result; print it where you are not sure.",
            example="""\
def right(pred, target):
    return (pred - target).square()

def wrong(pred, target):
    return (pred - target).square().reshape(-1)[1:]
""",
        ),
        rank=4,
        look=_shape,
    ),
)
