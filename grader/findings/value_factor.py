"""The result is a multiple of the expected one: by which number, and where does it come from?"""

from __future__ import annotations

import math
from collections.abc import Callable

from grader.findings.ratio import Factor, atoms, factor
from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Glimpse, Pair, Scene
from grader.findings.words import called, number
from grader.model import RuleText

LOGS = {
    1 / math.log(2): ("2", "e"),
    1 / math.log(10): ("10", "e"),
    math.log(2): ("e", "2"),
    math.log(10): ("e", "10"),
}
"""By which factor a logarithm is off: (the base that was used, the base that should be)."""

SUPERSCRIPTS = {2: "²", 3: "³"}


def _found(scene: Scene) -> tuple[Factor, Pair] | None:
    for pair in scene.here.wrong_values:
        found = factor(scene, slot=pair.slot)
        if found is not None and pair.finite:
            return found, pair
    return None


def _facts(scene: Scene, found: Factor, pair: Pair) -> Hit:
    return hit(
        pair.slot, name=called(pair.slot), factor=number(_here(scene, found, pair)), expression=expression(found)
    )


def _here(scene: Scene, found: Factor, pair: Pair) -> float:
    """Return what the factor comes to in this case."""
    known = atoms(scene.here, pair)
    value = found.constant
    for atom, power in found.powers:
        name, shift = _shifted(atom)
        value *= (known.get(name, 1.0) + shift) ** power
    return value


def _shifted(atom: str) -> tuple[str, int]:
    for words, shift in ((" less one", -1), (" plus one", 1)):
        if atom.endswith(words):
            return atom.removesuffix(words), shift
    return atom, 0


def spoken(atom: str) -> str:
    """Return what a factor is made of, in words."""
    name, shift = _shifted(atom)
    kind, _, rest = name.partition(" ")
    told = {"count": f"the number of {rest}", "sum": f"the sum of `{rest}`"}.get(kind, f"`{rest}`")
    return told if not shift else f"({told} {'-' if shift < 0 else '+'} 1)"


def expression(found: Factor) -> str:
    """Return a factor as a formula: "`batch`", "1 / `classes`", "2 · `T`²"."""
    above = [_power(spoken(atom), power) for atom, power in found.powers if power > 0]
    below = [_power(spoken(atom), -power) for atom, power in found.powers if power < 0]
    if abs(abs(found.constant) - 1) > 1e-9:
        inverse = 1 / abs(found.constant)
        if abs(inverse - round(inverse)) < 1e-6 * inverse:
            below.insert(0, str(round(inverse)))
        else:
            above.insert(0, number(abs(found.constant)))
    top, bottom = " · ".join(above) or "1", " · ".join(below)
    bottom = f"({bottom})" if len(below) > 1 else bottom
    sign = "-" if found.constant < 0 else ""
    return sign + (f"{top} / {bottom}" if bottom else top)


def _power(name: str, power: int) -> str:
    return name + SUPERSCRIPTS.get(power, "" if power == 1 else f"^{power}")


def kind_of(scene: Scene, found: Factor) -> str:
    """Return what a factor is: a sign, a logarithm, a sum for a mean, another count, or any other factor."""
    if not found.powers:
        if abs(found.constant + 1) < 1e-6:
            return "sign"
        return "log" if _logarithm(found.constant) else "factor"
    if found.constant < 0 or any(atom.startswith("argument ") for atom, _ in found.powers):
        return "factor"
    if abs(found.constant - 1) < 1e-9 and all(power == 1 for _, power in found.powers):
        return "sum" if any(_counts_examples(scene.here, atom) for atom, _ in found.powers) else "count"
    return "count" if all(abs(power) == 1 for _, power in found.powers) else "factor"


def _counts_examples(glimpse: Glimpse, atom: str) -> bool:
    """Tell whether an atom counts what a mean is taken over: the first axis of the inputs, or what is not masked."""
    params = [param for param in glimpse.sight.exercise.params if param.axes]
    first = {f"size {param.axes[0]}" for param in params[:1]}
    return atom in first or atom.startswith(("size axis 0", "count ", "sum "))


def _has_a_meaning(scene: Scene, found: Factor, pair: Pair) -> bool:
    """Tell whether a factor is one that somebody writes, or the same in two cases: in one, any two numbers have one."""
    if found.powers or any(abs(each - round(each)) < 1e-4 * each for each in _as_written(abs(found.constant))):
        return True
    wrong = [one for one in scene.cases.plainly_wrong if any(value.slot == pair.slot for value in one.wrong_values)]
    return len(wrong) > 1


def _as_written(constant: float) -> tuple[float, ...]:
    """Return numbers of which one is whole if a factor is a whole number, 1 over one, a tenth, or a square root."""
    return constant, 1 / constant, 10 * constant, constant**2, 1 / constant**2


def _logarithm(constant: float) -> tuple[str, str] | None:
    for value, bases in LOGS.items():
        if abs(constant / value - 1) < 1e-4:
            return bases
    return None


def _look(kind: str) -> Callable[[Scene], Hit | None]:
    def look(scene: Scene) -> Hit | None:
        found = _found(scene)
        if found is None or kind_of(scene, found[0]) != kind or not _has_a_meaning(scene, *found):
            return None
        return _facts(scene, *found)

    return look


def _log(scene: Scene) -> Hit | None:
    found = _found(scene)
    if found is None or kind_of(scene, found[0]) != "log":
        return None
    bases = _logarithm(found[0].constant)
    assert bases is not None
    return hit(
        found[1].slot, name=called(found[1].slot), factor=number(found[0].constant), used=bases[0], wanted=bases[1]
    )


RULES = (
    Rule(
        RuleText(
            id="value.sign",
            title="The sign is wrong",
            message="{name} is the expected one with the opposite sign.",
            why="A log of a probability is negative, and a loss is its negative; a difference taken the other way "
            "round changes sign too. Minimising the result would then maximise the loss.",
            mend="Put the minus where the formula has it, or exchange the two sides of the difference.",
            example="""\
def right(logits, targets):
    return -torch.log_softmax(logits, dim=1).gather(1, targets[:, None]).mean()

def wrong(logits, targets):
    return torch.log_softmax(logits, dim=1).gather(1, targets[:, None]).mean()
""",
        ),
        rank=12,
        look=_look("sign"),
    ),
    Rule(
        RuleText(
            id="value.sum-for-mean",
            title="A sum where a mean is asked for",
            message="{name} is {factor} times the expected one, and {factor} is {expression}: it looks as if you "
            "added up and did not divide.",
            why="A sum grows with the batch, so that a larger batch takes larger steps; a mean does not.",
            mend="Use `.mean()` instead of `.sum()`, or divide by {expression}.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    return (pred - target).square().sum()
""",
        ),
        rank=12,
        look=_look("sum"),
    ),
    Rule(
        RuleText(
            id="value.wrong-count",
            title="A mean over the wrong number of things",
            message="{name} is {factor} times the expected one, and {factor} is {expression}: it looks as if you "
            "divided by the wrong count.",
            why="A mean divides by how many numbers were added up. `.mean()` counts every element of its tensor: all "
            "axes, and masked elements too.",
            mend="Write down what the formula sums over and what it divides by. Sum over the one with "
            "`.sum(dim=...)`, and divide by the other.",
            example="""\
def right(logits, targets):
    return torch.softmax(logits, dim=1).square().sum(dim=1).mean()

def wrong(logits, targets):
    return torch.softmax(logits, dim=1).square().mean()
""",
        ),
        rank=12,
        look=_look("count"),
    ),
    Rule(
        RuleText(
            id="value.log-base",
            title="A logarithm to another base",
            message="{name} is {factor} times the expected one: your log is to base {used}, and should be to base "
            "{wanted}.",
            why="`torch.log` is the natural logarithm, to base e; `log2` and `log10` differ from it by a constant "
            "factor.",
            mend="Use `torch.log`, unless the statement names another base.",
            example="""\
def right(probs):
    return -probs.log().mean()

def wrong(probs):
    return -probs.log2().mean()
""",
        ),
        rank=12,
        look=_log,
    ),
    Rule(
        RuleText(
            id="value.factor",
            title="Off by a factor",
            message="{name} is {factor} times the expected one; in every case the factor is {expression}.",
            why="All else is right: one factor of the formula is missing, stands twice, or is the inverse of what it "
            "should be.",
            mend="Look for {expression} in the formula and in your code.",
            example="""\
def right(pred, target, scale=1.0):
    return scale ** 2 * (pred - target).square().mean()

def wrong(pred, target, scale=1.0):
    return scale * (pred - target).square().mean()
""",
        ),
        rank=13,
        look=_look("factor"),
    ),
)
