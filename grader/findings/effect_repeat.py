"""The same call twice gives two answers: by chance, or because something was remembered."""

from __future__ import annotations

import re

from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Cases, Glimpse, Scene
from grader.model import Aspect, RuleText

CHANCE = re.compile(
    r"(?:^|[._])(?:rand\w*|normal_?|bernoulli\w*|uniform_?|dropout\w*|native_dropout|multinomial|exponential_|gumbel\w*|"
    r"poisson|cauchy_|geometric_|log_normal_|rrelu\w*|random_?|shuffle|choice|rand_like|randn_like)$"
)
"""The last part of the name of an operator or function that draws random numbers."""


def _chance(scene: Scene) -> str:
    """Return what drew random numbers when the submission ran, as the student may have written it."""
    names = [*sorted(scene.cases.functions), *sorted(scene.cases.operators)]
    return next((name.rpartition(".")[2].strip("_") for name in names if CHANCE.search(name)), "")


def _not_repeatable(scene: Scene) -> bool:
    return any(one.aspect is Aspect.SIDE_EFFECT and one.got == "not repeatable" for one in scene.here.sight.differences)


def _randomness(scene: Scene) -> Hit | None:
    name = _chance(scene)
    if not name or any(CHANCE.search(operator) for operator in scene.cases.their_operators):
        return None
    changes = _not_repeatable(scene) or scene.here.wrong_values or scene.here.wrong_gradients
    return hit(name=name) if changes else None


def _repeat(scene: Scene) -> Hit | None:
    return hit() if _not_repeatable(scene) and not _chance(scene) else None


def _repeated(scene: Scene) -> Hit | None:
    """The wrong result is, to the last bit, the right one of another case: at least twice in the exercise."""
    answers = scene.cases.once("answers", lambda: _answers(scene.cases))
    pairs = [pair for glimpse in scene.cases.every for pair in glimpse.values if pair.got.size == 1]
    different = {f"{float(pair.got.reshape(-1)[0]):.2g}" for pair in pairs}
    if len(different) < 2:  # the same number everywhere: remembered if it is the right one of some case
        wanted = {f"{float(pair.want.reshape(-1)[0]):.2g}" for pair in pairs}
        kept = len(wanted) > 1 and any(pair.right and pair.got.reshape(-1)[0] not in {0.0, 1.0} for pair in pairs)
        return hit() if kept and scene.here.wrong_values else None
    again = [glimpse.name for glimpse in scene.cases.every if _earlier(glimpse, answers)]
    return hit() if len(again) >= 2 and scene.here.name in again else None


def _answers(cases: Cases) -> dict[float, set[str]]:
    """Return which cases, right ones, gave each single number."""
    found: dict[float, set[str]] = {}
    for glimpse in cases.every:
        for pair in glimpse.values:
            if pair.right and pair.got.size == 1:
                found.setdefault(float(pair.got.reshape(-1)[0]), set()).add(glimpse.name)
    return found


def _earlier(glimpse: Glimpse, answers: dict[float, set[str]]) -> bool:
    for pair in glimpse.wrong_values:
        if pair.got.size == 1:
            value = float(pair.got.reshape(-1)[0])
            if value not in {0.0, 1.0} and answers.get(value, set()) - {glimpse.name}:
                return True
    return False


def _remembers(scene: Scene) -> Hit | None:
    """Every first call of the ordinary cases is right, and some later call is wrong."""
    cases = [glimpse for glimpse in scene.cases.plain if any(pair.call > 0 for pair in glimpse.values)]
    if (again := _repeated(scene)) is not None:
        return again
    first = all(pair.right for glimpse in scene.cases.plain for pair in glimpse.values if pair.call == 0)
    later = {pair.call for glimpse in cases for pair in glimpse.wrong_values if pair.call > 0}
    if not first or not later:
        return None
    return hit() if any(pair.call > 0 for pair in scene.here.wrong_values) else None


RULES = (
    Rule(
        RuleText(
            id="effect.randomness",
            title="Randomness where none belongs",
            message="your code draws random numbers (`{name}`), so its result is left to chance.",
            why="The formula of the statement has one answer for given inputs. Whoever compares two runs must be "
            "able to rely on it.",
            mend="Leave the random part out. Dropout and noise belong to the model and its training, not to this "
            "function.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    return (pred - target + 1e-2 * torch.randn_like(pred)).square().mean()
""",
        ),
        rank=2,
        look=_randomness,
    ),
    Rule(
        RuleText(
            id="effect.remembers",
            title="A later call is disturbed by an earlier one",
            message="your function gave an answer that belongs to an earlier call with other numbers: something of "
            "it was kept.",
            why="A cache that is found again by the tensor's name, address or shape gives the old answer for new "
            "values; so does a global variable that is added to.",
            mend="Compute everything from the arguments, and keep nothing outside the function between calls.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

KEPT = {}

def wrong(pred, target):
    if pred.shape not in KEPT:
        KEPT[pred.shape] = (pred - target).square().mean()
    return KEPT[pred.shape]
""",
        ),
        rank=2,
        look=_remembers,
    ),
    Rule(
        RuleText(
            id="effect.not-deterministic",
            title="Two answers to one question",
            message="called twice with the same inputs, your function gave two different results.",
            why="Something besides the arguments takes part: a global variable that changes, a counter, the clock, "
            "or an argument that was overwritten on the way.",
            mend="Compute everything from the arguments, and keep nothing outside the function between calls.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

CALLS = []

def wrong(pred, target):
    CALLS.append(1)
    return (pred - target).square().mean() * (1 + 1e-3 * len(CALLS))
""",
        ),
        rank=2,
        look=_repeat,
    ),
)
