"""The value is right and its gradient is not: zero, a multiple, of the wrong sign, in part, or not a number."""

from __future__ import annotations

import numpy as np

from grader import draw
from grader.findings.ratio import factor
from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Pair, Scene
from grader.findings.words import called, number, place, two, worst
from grader.model import Aspect, RuleText
from grader.sight import ROOT

CUTS = (".detach", ".data", ".item", ".no_grad", ".numpy", ".tolist", ".inference_mode")
"""How names end that cut a tensor off from the graph."""


SECOND = " (second derivative)"
"""How the slot of a second derivative ends."""


def _zero(scene: Scene) -> Hit | None:
    """Zero in this case; where values are wrong too, in every telling case, or it is but a symptom."""
    for pair in scene.here.wrong_gradients:
        if not np.any(pair.got) and np.any(pair.want):
            others = [one for glimpse in scene.cases.every if glimpse.telling and glimpse is not scene.here
                      for one in glimpse.wrong_gradients if one.slot == pair.slot]  # fmt: skip
            if not scene.here.wrong_values or (others and not any(np.any(one.got) for one in others)):
                return hit(pair.slot, name=pair.slot)
    return None


def _values_right(scene: Scene) -> bool:
    return scene.cases.values_right and not scene.here.wrong_values


def _ratio(scene: Scene, slot: str) -> float | None:
    """Return the one number by which every gradient of a slot is off in all ordinary cases."""
    found = factor(scene, gradient=True, slot=slot)
    if found is None or found.powers:
        return None
    return found.constant


def _sign(scene: Scene) -> Hit | None:
    if not _values_right(scene):
        return None
    for pair in scene.here.wrong_gradients:
        ratio = _ratio(scene, pair.slot)
        if ratio is not None and abs(ratio + 1) < 1e-3:
            return hit(pair.slot, name=pair.slot)
    return None


def _scaled(scene: Scene) -> Hit | None:
    if not _values_right(scene):
        return None
    for pair in scene.here.wrong_gradients:
        found = factor(scene, gradient=True, slot=pair.slot)
        if found is not None and abs(found.constant + 1) > 1e-3:
            at = worst(pair)
            ratio = float(pair.got[at] / pair.want[at]) if pair.want[at] else float("nan")
            return hit(pair.slot, name=pair.slot, factor=number(ratio))
    return None


def _cut(scene: Scene) -> str:
    """Return how the source cuts something off, "" if it does not."""
    for use in scene.here.sight.facts.uses:
        if use.name.endswith(CUTS):
            return use.name.rpartition(".")[2]
    return ""


def _partly(scene: Scene) -> Hit | None:
    pair = _wrong_alone(scene)
    cut = _cut(scene) if pair is not None else ""
    if not cut or pair is None or not np.isfinite(pair.got).all():
        return None
    return hit(pair.slot, name=pair.slot, cut=cut)


def _wrong_alone(scene: Scene) -> Pair | None:
    """Return a wrong gradient of a case whose values, like those of every ordinary case, are right."""
    return scene.here.wrong_gradients[0] if _values_right(scene) and scene.here.wrong_gradients else None


def _wrong(scene: Scene) -> Hit | None:
    pair = _wrong_alone(scene)
    return _numbers(pair) if pair is not None and np.isfinite(pair.got).all() else None


def _upstream(scene: Scene) -> Hit | None:
    """The gradient of a single result is the expected one but for the gradient that comes in: it was left out."""
    pair = _wrong_alone(scene)
    if pair is None or scene.here.sight.case.scenario is not None:
        return None
    values = [one for one in scene.here.values if one.call == pair.call]
    if len(values) != 1 or values[0].got.size != 1 or values[0].slot != ROOT:
        return None
    seed = scene.here.sight.call.seed + pair.call
    incoming = float(draw.cotangent(values[0].got.shape, seed, ROOT).reshape(-1)[0])
    predicted = pair.want / incoming
    if not pair.near(predicted) or not pair.tells_apart(predicted):
        return None
    return hit(pair.slot, name=pair.slot)


def _second(scene: Scene) -> Hit | None:
    """Values and gradients are right, and a second derivative is not."""
    seconds = [one for one in scene.here.sight.differences if one.aspect is Aspect.GRADIENT and SECOND in one.slot]
    others = [one for one in scene.here.sight.differences if one not in seconds]
    if not seconds or others:
        return None
    return hit(seconds[0].slot, name=seconds[0].slot.removeprefix("gradient of ").removesuffix(SECOND))


def _nan(scene: Scene) -> Hit | None:
    for pair in scene.here.wrong_gradients:
        lost = ~np.isfinite(pair.got) & np.isfinite(pair.want)
        right_value = all(np.isfinite(value.got).all() for value in scene.here.values if value.call == pair.call)
        if lost.any() and right_value:
            return hit(pair.slot, name=pair.slot, count=int(lost.sum()), total=int(lost.size))
    return None


def _numbers(pair: Pair) -> Hit:
    at = worst(pair)
    got, want = two(float(pair.got[at]), float(pair.want[at]))
    outside = ~(np.abs(pair.got - pair.want) <= pair.allowed)
    return hit(
        pair.slot, name=pair.slot, place=place(pair, at), got=got, want=want,
        differing=int(outside.sum()), total=int(outside.size),
    )  # fmt: skip


def _differs(scene: Scene) -> Hit | None:
    if scene.here.wrong_gradients:
        return _numbers(scene.here.wrong_gradients[0])
    one = scene.here.first(Aspect.GRADIENT)
    if one is None:
        return None
    name = called(one.slot.removeprefix("gradient of "))
    place_, got, want = f"the gradient at {name}", one.got or "nothing", one.expected or "nothing"
    return hit(name, name=name, place=place_, got=got, want=want, differing=one.differing, total=one.total)


RULES = (
    Rule(
        RuleText(
            id="gradient.second-derivative",
            title="The second derivative is wrong",
            message="your value and its gradient are right, but the second derivative at `{name}` is not.",
            why="A `backward` of your own that is not itself made of differentiable operations, or a `.detach()` inside "
            "it, gives a gradient that cannot be differentiated again.",
            mend="Use torch operations alone; autograd then differentiates as often as is asked.",
            example="""\
def right(pred, target):
    return (pred - target).pow(3).mean()

class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x ** 3

    @staticmethod
    def backward(ctx, gradient):
        return gradient * 3 * ctx.saved_tensors[0].detach() ** 2

def wrong(pred, target):
    return Cube.apply(pred - target).mean()
""",
        ),
        rank=36,
        look=_second,
    ),
    Rule(
        RuleText(
            id="gradient.upstream",
            title="The incoming gradient is left out",
            message="your value is right, but the gradient at `{name}` is the same whatever gradient comes in from what "
            "follows: your `backward` does not multiply by it.",
            why="A `backward` is one step of the chain rule: it gets the gradient of the loss with respect to its result, "
            "and returns that times its own derivative. Where nothing follows, that gradient is 1 and the slip is hidden.",
            mend="Multiply what you return by `backward`'s argument.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

class Loss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, error):
        ctx.save_for_backward(error)
        return error.square().mean()

    @staticmethod
    def backward(ctx, gradient):
        return 2 * ctx.saved_tensors[0] / ctx.saved_tensors[0].numel()

def wrong(pred, target):
    return Loss.apply(pred - target)
""",
        ),
        rank=35,
        look=_upstream,
    ),
    Rule(
        RuleText(
            id="gradient.zero",
            title="The gradient is zero",
            message="the gradient at `{name}` is zero everywhere, and should not be.",
            why="A path exists, but nothing flows along it: the input is multiplied by zero, rounded, compared, or "
            "saturated (a clamp or a ReLU that is shut).",
            mend="Look for `round`, `sign`, comparisons and `clamp` between `{name}` and the result, and for terms "
            "that cancel each other.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    return (pred.detach() - target).square().mean() + 0 * pred.sum()
""",
        ),
        rank=36,
        look=_zero,
    ),
    Rule(
        RuleText(
            id="gradient.sign",
            title="The gradient points the wrong way",
            message="your value is right, but the gradient at `{name}` has the opposite sign.",
            why="Gradient descent with it goes uphill: each step makes the loss larger.",
            mend="Check what turns the sign between value and gradient: a `backward` of your own, or a term that is "
            "detached and added back.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    loss = (pred - target).square().mean()
    return 2 * loss.detach() - loss
""",
        ),
        rank=36,
        look=_sign,
    ),
    Rule(
        RuleText(
            id="gradient.scaled",
            title="The gradient is a multiple of the right one",
            message="your value is right, but the gradient at `{name}` is {factor} times the expected one.",
            why="Value and gradient no longer belong together: part of what the value is made of was cut off from "
            "the graph, or a `backward` of your own has a factor too many.",
            mend="Leave out `.detach()` and `torch.no_grad()`, and custom `backward` code; autograd finds the "
            "gradient by itself.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    error = pred - target
    return (error * error.detach()).mean()
""",
        ),
        rank=36,
        look=_scaled,
    ),
    Rule(
        RuleText(
            id="gradient.nan",
            title="The gradient is not a number",
            message="your value is finite, but {count} of {total} elements of the gradient at `{name}` are NaN or "
            "infinite.",
            why="The derivative of a square root or a log at 0 is infinite, and 0 times infinity is NaN. "
            "`torch.where` does not help: the gradient of the side that was not chosen is still computed, and "
            "multiplied by 0.",
            mend="Choose the inputs first, `torch.where(x > 0, x, 1)`, and take the root or the log of what is safe.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    return (pred - target).square().sqrt().square().mean()
""",
        ),
        rank=39,
        look=_nan,
    ),
    Rule(
        RuleText(
            id="gradient.partly-detached",
            title="Part of the gradient is missing",
            message="your value is right, but the gradient at `{name}` is not; your code uses `{cut}`, which cuts "
            "off what it is applied to.",
            why="What is detached counts as a constant, so its share of the derivative is lost.",
            mend="Leave `{cut}` out, unless the statement asks for it.",
            example="""\
def right(pred, target):
    return ((pred - target).square() * torch.sigmoid(pred)).mean()

def wrong(pred, target):
    return ((pred - target).square() * torch.sigmoid(pred).detach()).mean()
""",
        ),
        rank=37,
        look=_partly,
    ),
    Rule(
        RuleText(
            id="gradient.wrong",
            title="The value is right, but not its gradient",
            message="your value is right, but {place} is {got}, expected {want}; {differing} of {total} elements "
            "differ.",
            why="Two formulas can agree in value and differ in slope: where a function has a corner, where numbers "
            "were rounded or replaced, or where part of the computation is hidden from autograd.",
            mend="Compute the value from the formula with torch operations alone, and no `backward` of your own.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x ** 2

    @staticmethod
    def backward(ctx, gradient):
        return gradient * ctx.saved_tensors[0].sign()

def wrong(pred, target):
    return Square.apply(pred - target).mean()
""",
        ),
        rank=39,
        look=_wrong,
    ),
    Rule(
        RuleText(
            id="gradient.differs",
            title="The gradient differs",
            message="{place} is {got}, expected {want}.",
            why="The slope of your result with respect to this input is not that of the formula.",
            mend="Mend the value first; a right value from torch operations alone brings its gradient along.",
        ),
        rank=91,
        look=_differs,
    ),
)
