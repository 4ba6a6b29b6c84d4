"""Right on paper, but not in floating point: overflow, underflow, NaN, or a result that stops growing."""

from __future__ import annotations

import numpy as np

from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Cases, Glimpse, Pair, Scene
from grader.findings.value_digits import all_close
from grader.findings.words import called, number, worst
from grader.model import RuleText

LOGS = ("log", "log2", "log10", "log1p", "xlogy", "xlog1py", "binary_cross_entropy")
ROUNDED = ("sigmoid", "softmax", "exp", "tanh")
EXPONENTIALS = ("exp", "exp2", "expm1", "cosh", "sinh")
LIMIT = {"float16": 11.0, "bfloat16": 88.0, "float32": 88.0, "float64": 709.0}
"""From here on exp(x) is infinite in a dtype."""


def _lost(glimpse: Glimpse) -> Pair | None:
    """Return a value that is not finite though it should be."""
    for pair in glimpse.wrong_values:
        if np.any(~np.isfinite(pair.got) & np.isfinite(pair.want)):
            return pair
    return None


def _uses(scene: Scene, names: tuple[str, ...]) -> bool:
    tails = {operator.rpartition(".")[2].strip("_") for operator in scene.cases.operators}
    return any(name.strip("_") in tails for name in names)


def _takes_log(scene: Scene) -> bool:
    return _uses(scene, LOGS)


def _largest(glimpse: Glimpse, call: int) -> float:
    sizes = [np.abs(values.astype(np.float64)) for values in glimpse.inputs(call).values() if values.dtype.kind == "f"]
    finite = [float(size[np.isfinite(size)].max()) for size in sizes if np.isfinite(size).any()]
    return max(finite, default=0.0)


def _most(glimpse: Glimpse, call: int) -> float:
    """Return the largest input, not its size: exp of a negative number is harmless."""
    floats = [values.astype(np.float64) for values in glimpse.inputs(call).values() if values.dtype.kind == "f"]
    return max((float(values.max(initial=0.0)) for values in floats if np.isfinite(values).all()), default=0.0)


def _facts(scene: Scene, pair: Pair) -> Hit:
    at = worst(pair)
    largest = _largest(scene.here, pair.call)
    inputs = f" (the inputs go up to {number(round(largest, 3))})" if largest else ""
    got, want = number(float(pair.got[at])), number(float(pair.want[at]))
    return hit(pair.slot, name=called(pair.slot), got=got, want=want, inputs=inputs)


def _ordinary(scene: Scene) -> bool:
    """Tell whether results are lost for ordinary inputs too, so that their size is not the reason."""
    return any(glimpse.telling and _lost(glimpse) is not None for glimpse in scene.cases.every)


def _overflow(scene: Scene) -> Hit | None:
    pair = _lost(scene.here)
    if pair is None or _largest(scene.here, pair.call) <= LIMIT.get(pair.dtype, 88.0) or _ordinary(scene):
        return None
    if not np.any(np.isnan(pair.got) | (pair.got == np.inf)) or _most(scene.here, pair.call) <= LIMIT.get(
        pair.dtype, 88.0
    ):
        return None
    theirs = {name.rpartition(".")[2] for name in scene.cases.their_operators}
    needless = not theirs & set(EXPONENTIALS) or not _uses(scene, ("sigmoid", "softmax"))
    return _facts(scene, pair) if _uses(scene, EXPONENTIALS) and needless else None


def _underflow(scene: Scene) -> Hit | None:
    pair = _lost(scene.here)
    if pair is None or not _takes_log(scene) or _ordinary(scene):
        return None
    rounded = _uses(scene, ROUNDED) and _largest(scene.here, pair.call) > 15
    return _facts(scene, pair) if rounded else None


def _zero_times_infinity(scene: Scene) -> Hit | None:
    """NaN where an input holds exact zeros or only a few elements differ, and a log is taken."""
    pair = _lost(scene.here)
    if pair is None or not np.isnan(pair.got).any() or not _takes_log(scene):
        return None
    for name, values in scene.here.inputs(pair.call).items():
        if values.dtype.kind == "f" and values.size and np.all(values >= 0) and np.any(values == 0):
            return hit(pair.slot, name=called(pair.slot), where=name)
    return None


def _log_of_negative(scene: Scene) -> Hit | None:
    pair = _lost(scene.here)
    if pair is None or not np.isnan(pair.got).any() or not _takes_log(scene):
        return None
    asked = [glimpse for glimpse in scene.cases.every if glimpse.telling and glimpse.values]
    if 2 * sum(_lost(glimpse) is not None for glimpse in asked) < len(asked):
        return None
    if _uses(scene, ("sigmoid", "softmax", "exp", "softplus", "logsumexp")):
        return None
    for name, values in scene.here.inputs(pair.call).items():
        if values.dtype.kind == "f" and np.any(values < 0):
            return hit(pair.slot, name=called(pair.slot), where=name)
    return None


def _nan(scene: Scene) -> Hit | None:
    pair = _lost(scene.here)
    return _facts(scene, pair) if pair is not None and np.isnan(pair.got).any() else None


def _hidden(scene: Scene) -> Hit | None:
    """Exactly 0, finite and wrong, where the code replaces what is not a number."""
    for pair in scene.here.wrong_values:
        zero = pair.finite and not np.any(pair.got[np.abs(pair.got - pair.want) > pair.allowed])
        if zero and _uses(scene, ("nan_to_num", "isnan", "isfinite")):
            return hit(pair.slot, name=called(pair.slot), want=number(float(pair.want[worst(pair)])))
    return None


def _infinite(scene: Scene) -> Hit | None:
    pair = _lost(scene.here)
    return _facts(scene, pair) if pair is not None else None


def _nearly_right(cases: Cases) -> bool:
    """Tell whether ordinary cases are right, but for lost digits in float64."""
    return cases.values_right or cases.once("close", lambda: all_close(cases))


def _capped(scene: Scene) -> Hit | None:
    """Finite, right in ordinary cases, and too small for large inputs: an epsilon or a clamp."""
    if not scene.here.stressed or not _nearly_right(scene.cases):
        return None
    for pair in scene.here.wrong_values:
        at = worst(pair)
        got, want = float(pair.got[at]), float(pair.want[at])
        if np.isfinite(got) and np.isfinite(want) and abs(got) < 0.99 * abs(want):
            return _facts(scene, pair)
    return None


def _unstable(scene: Scene) -> Hit | None:
    if not scene.here.stressed or not scene.cases.values_right or not scene.here.wrong_values:
        return None
    return _facts(scene, scene.here.wrong_values[0])


SAFE_LOG = (
    "Take the log before anything is rounded: `log_softmax` instead of `log(softmax)`, `logsigmoid` or `softplus` "
    "instead "
    "of `log(sigmoid)`, `logsumexp` instead of `log(sum(exp))`."
)

RULES = (
    Rule(
        RuleText(
            id="value.log-of-negative",
            title="The log of a negative number",
            message="{name} is NaN: `{where}` holds negative numbers, and the log of a negative number is not defined.",
            why="Only probabilities have a log here. Logits are raw scores of either sign.",
            mend="Turn scores into log-probabilities first: `log_softmax` or `logsigmoid`.",
            example="""\
def right(scores, labels):
    return -(labels * torch.nn.functional.logsigmoid(scores)).mean()

def wrong(scores, labels):
    return -(labels * torch.log(scores)).mean()
""",
        ),
        rank=23,
        look=_log_of_negative,
    ),
    Rule(
        RuleText(
            id="value.overflow",
            title="Overflow",
            message="{name} is {got}, expected {want}: `exp` of a large number is infinite{inputs}.",
            why="In float32 exp(89) is more than the largest number there is. Infinity divided by infinity, or minus "
            "infinity, is NaN.",
            mend="Subtract the largest element first, which changes nothing on paper; `log_softmax`, `softmax` and "
            "`logsumexp` do so by themselves.",
            example="""\
def right(logits, targets):
    return -torch.log_softmax(logits, dim=1).gather(1, targets[:, None]).mean()

def wrong(logits, targets):
    chosen = logits.gather(1, targets[:, None]).squeeze(1)
    return (logits.exp().sum(dim=1).log() - chosen).mean()
""",
        ),
        rank=24,
        look=_overflow,
    ),
    Rule(
        RuleText(
            id="value.zero-times-log",
            title="0 · log 0",
            message="{name} is NaN: `{where}` holds exact zeros, and 0 times log(0) is 0 times minus infinity.",
            why="In the formula 0 · log 0 counts as 0, since x · log x tends to 0. Floating point does not know that.",
            mend="Use `torch.special.xlogy(x, y)`, which is x · log y and 0 where x is 0.",
            example="""\
def right(onehot, logits):
    return torch.special.xlogy(onehot, onehot).sum(dim=1).mean() - logits.mean()

def wrong(onehot, logits):
    return (onehot * onehot.log()).sum(dim=1).mean() - logits.mean()
""",
        ),
        rank=23,
        look=_zero_times_infinity,
    ),
    Rule(
        RuleText(
            id="value.underflow",
            title="The log of something that was rounded to 0",
            message="{name} is {got}, expected {want}: something was rounded to 0 (a probability, an exponential), "
            "and then its log was taken{inputs}.",
            why="In float32 the sigmoid of 20 is exactly 1, and a softmax rounds unlikely classes to exactly 0. The "
            "log of 0 is minus infinity, whatever the true value was.",
            mend=SAFE_LOG,
            example="""\
def right(logits, targets):
    return -torch.log_softmax(logits, dim=1).gather(1, targets[:, None]).mean()

def wrong(logits, targets):
    return -torch.softmax(logits, dim=1).log().gather(1, targets[:, None]).mean()
""",
        ),
        rank=25,
        look=_underflow,
    ),
    Rule(
        RuleText(
            id="value.nan-hidden",
            title="NaN was replaced, not avoided",
            message="{name} is 0, expected {want}: your code replaces NaN by 0, and with it what was right.",
            why="One NaN makes a whole sum NaN. Replacing it afterwards throws the other terms away, and the "
            "gradient with them.",
            mend="Avoid the NaN where it arises: `torch.special.xlogy(x, y)` for x · log y, `torch.where` around the "
            "*input* of a log or a root.",
            example="""\
def right(onehot, logits):
    return (torch.special.xlogy(onehot, onehot) - logits * onehot).sum(dim=1).mean()

def wrong(onehot, logits):
    return torch.nan_to_num((onehot * onehot.log() - logits * onehot).sum(dim=1).mean())
""",
        ),
        rank=23,
        look=_hidden,
    ),
    Rule(
        RuleText(
            id="value.nan",
            title="Not a number",
            message="{name} is NaN, expected {want}{inputs}.",
            why="NaN comes from 0/0, infinity minus infinity, 0 times infinity, and from the log or the root of a "
            "negative number; whatever it touches becomes NaN as well.",
            mend="Print `torch.isnan(x).any()` line by line, and find the first line where it is True.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    return ((pred - target).sqrt() ** 4).mean()
""",
        ),
        rank=26,
        look=_nan,
    ),
    Rule(
        RuleText(
            id="value.infinite",
            title="Infinite",
            message="{name} is {got}, expected {want}{inputs}.",
            why="A number grew beyond what its dtype holds, or something was divided by 0.",
            mend="Print the largest number line by line, and find the first line where it is infinite.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    return (pred - target).square().mean() / torch.zeros_like(pred).mean()
""",
        ),
        rank=27,
        look=_infinite,
    ),
    Rule(
        RuleText(
            id="value.capped",
            title="The result stops growing",
            message="{name} is {got}, expected {want}: right for small inputs, but it stops growing for large "
            "ones{inputs}.",
            why="A small number inside the log, or a clamp, keeps the result finite and puts a ceiling on it: with "
            "1e-8 no loss can exceed 18.4, however wrong the model is, and the gradient vanishes there.",
            mend=SAFE_LOG + " Then no epsilon is needed.",
            example="""\
def right(logits, targets):
    return -torch.log_softmax(logits, dim=1).gather(1, targets[:, None]).mean()

def wrong(logits, targets):
    return -(torch.softmax(logits, dim=1) + 1e-20).log().gather(1, targets[:, None]).mean()
""",
        ),
        rank=28,
        look=_capped,
    ),
    Rule(
        RuleText(
            id="value.unstable",
            title="Wrong for large inputs only",
            message="{name} is {got}, expected {want}: right for small inputs, but not for large ones{inputs}.",
            why="The formula is right on paper; in floating point small terms vanish beside large ones, and large "
            "ones overflow.",
            mend=SAFE_LOG,
            example="""\
def right(pred, target):
    return (pred - target).abs().mean()

def wrong(pred, target):
    error = pred - target
    return torch.where(error.abs() < 100, error.abs(), error.square()).mean()
""",
        ),
        rank=43,
        look=_unstable,
    ),
)
