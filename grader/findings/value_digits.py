"""Nearly right: digits were lost, in all cases or in one dtype."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Cases, Pair, Scene
from grader.findings.words import called, number, two, worst
from grader.model import RuleText

CLOSE = 3e-4
"""A relative error below this looks like rounding, or like an epsilon, and not like another formula."""

CAST = 1e-2
"""With a cast to 16 bits in the source, so does one below this."""

NEAR = 3e-2
SMALL = 0.011
"""An added number up to this size that moves results by less than `NEAR` is an epsilon."""

MOST = 20.0
"""An epsilon in a root moves it by the epsilon's own root; this many times as much has another cause."""

CASTS = (".half", ".bfloat16", ".float16", "torch.half")

CLOSE_SLOPE = 5e-2
"""An epsilon shows more in gradients, where something small is divided by."""


def _close(pair: Pair, close: float) -> bool:
    if not pair.finite or pair.want.size == 0:
        return False
    size = max(float(np.abs(pair.want).max()), 1e-9 if pair.gradient else 1e-3)
    return float(np.abs(pair.got - pair.want).max()) < (CLOSE_SLOPE if pair.gradient else close) * size


def all_close(cases: Cases, close: float = CLOSE) -> bool:
    """Tell whether all that is wrong in ordinary cases is nearly right."""
    wrong = [pair for glimpse in cases.plain for pair in glimpse.wrong_values]
    slopes = [pair for glimpse in cases.plain for pair in glimpse.wrong_gradients]
    return bool(wrong) and all(_close(pair, close) for pair in (*wrong, *slopes))


def _mostly_near(cases: Cases) -> bool:
    """Tell whether half of what is wrong in ordinary cases is nearly right; near 0 an epsilon is all there is."""
    near = [_close(pair, NEAR) for glimpse in cases.plain for pair in glimpse.wrong_values]
    return bool(near) and 2 * sum(near) >= len(near)


def _epsilon(scene: Scene) -> Hit | None:
    """All is nearly right, and a small number stands in the source that is no default of the statement's."""
    pair = next(iter(scene.here.wrong_values), None)
    if pair is None or not scene.here.plain or not _close(pair, NEAR) or scene.here.sight.case.scenario is not None:
        return None
    error = float(np.abs(pair.got - pair.want).max() / max(float(np.abs(pair.want).max()), 1e-3))
    known = {param.default for param in scene.here.sight.exercise.params}
    found = [one for one in scene.here.sight.facts.literals if 0 < one.value <= SMALL and one.value not in known]
    found = [one for one in found if error <= MOST * one.value**0.5]
    if not found or not scene.cases.once("near", lambda: _mostly_near(scene.cases)):
        return None
    at = worst(pair)
    got, want = two(float(pair.got[at]), float(pair.want[at]))
    epsilon = f"{max(one.value for one in found):g}"
    line = max(found, key=lambda one: one.value).line
    seen = hit(pair.slot, name=called(pair.slot), got=got, want=want, epsilon=epsilon, line=line)
    return replace(seen, line=line, cell=max(found, key=lambda one: one.value).cell)


def _digits(scene: Scene) -> Hit | None:
    pair = next(iter(scene.here.wrong_values), None)
    if pair is None or not scene.here.precise:
        return None
    cast = scene.cases.once("cast", lambda: any(use.name.endswith(CASTS) for use in scene.here.sight.facts.uses))
    close = CAST if cast else CLOSE
    if not _close(pair, close):
        return None
    if not scene.cases.once("close", lambda: all_close(scene.cases, close)):
        return None
    at = worst(pair)
    got, want = two(float(pair.got[at]), float(pair.want[at]))
    right = {glimpse.sight.case.dtype for glimpse in scene.cases.plain if glimpse.values and not glimpse.wrong_values}
    only = ", though it is right in float32" if pair.dtype == "float64" and "float32" in right else ""
    error = number(float(np.abs(pair.got[at] - pair.want[at])))
    return hit(pair.slot, name=called(pair.slot), got=got, want=want, error=error, dtype=pair.dtype, only=only)


def _coarse(scene: Scene) -> Hit | None:
    """Wrong in a coarse dtype alone."""
    wrong = scene.here.wrong_values or scene.here.wrong_gradients
    if scene.here.precise or not wrong or not scene.cases.values_right:
        return None
    if any(glimpse.wrong_gradients for glimpse in scene.cases.plain):
        return None
    pair = wrong[0]
    at = worst(pair)
    got, want = two(float(pair.got[at]), float(pair.want[at]))
    return hit(pair.slot, name=called(pair.slot), got=got, want=want, dtype=pair.dtype)


RULES = (
    Rule(
        RuleText(
            id="value.epsilon",
            title="A small number too many",
            message="{name} is {got}, expected {want}: nearly right, and your code has the small number {epsilon} (line "
            "{line}), which the formula has not.",
            why="An epsilon inside a log or a root, or a clamp near 0, keeps a result finite by making it wrong.",
            mend="Take it out. Where it kept a result finite, use a function that is finite by itself, such as "
            "`log_softmax`, `logsigmoid` or `xlogy`.",
            example="""\
def right(probs):
    return -probs.log().mean()

def wrong(probs):
    return -(probs + 1e-4).log().mean()
""",
        ),
        rank=29,
        look=_epsilon,
    ),
    Rule(
        RuleText(
            id="value.lost-digits",
            title="Digits were lost",
            message="{name} is {got}, expected {want}: off by only {error}, but more than {dtype} rounds{only}.",
            why="A small number was added where none belongs (an epsilon, a clamp), or something was computed in a "
            "coarser dtype than the inputs have: `.float()`, a tensor made without `dtype`, Python numbers turned "
            "into tensors.",
            mend="Leave epsilons out where the formula has none, and make new tensors in the dtype of the inputs.",
            example="""\
def right(probs):
    return -probs.log().mean()

def wrong(probs):
    return -probs.half().to(probs.dtype).log().mean()
""",
        ),
        rank=29,
        look=_digits,
    ),
    Rule(
        RuleText(
            id="value.low-precision",
            title="Wrong in a coarse dtype only",
            message="{name} is {got}, expected {want}: right in float32, but in {dtype} too many digits are lost on "
            "the way.",
            why="With 8 bits a number has two or three digits. Adding many such numbers, or a small one to a large "
            "one, loses what is left, and what is rounded to 0 stays 0.",
            mend="Use torch's own reductions (`mean`, `sum`, `log_softmax`), which keep more digits inside, and "
            "avoid differences of large numbers.",
        ),
        rank=46,
        look=_coarse,
    ),
)
