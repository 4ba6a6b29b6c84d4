"""Where an answer's numbers leave the reference's: told where no rule, no known mistake and no slip says why.

Nothing is looked for here: `grader.trace.parting` compared the steps; these are the words.
"""

from __future__ import annotations

from dataclasses import replace

from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Scene
from grader.model import VAGUE, RuleText

LEADS = 12
"""Its rank where nothing else says more than a place."""
MOST_CODE = 70


def _look(scene: Scene) -> Hit | None:
    parting = scene.parting
    if parting is None or not scene.here.wrong_values:
        return None
    instead = f" From the same numbers it makes `{parting.right}`." if parting.right else ""
    told = hit(line=parting.line, code=_cut(parting.code), got=parting.mine, instead=instead)
    return replace(told, cell=parting.cell, line=parting.line, rank=LEADS if parting.leads else VAGUE)


def _cut(code: str) -> str:
    code = code.replace("`", "'")
    return code if len(code) <= MOST_CODE else f"{code[:MOST_CODE]}..."


RULE = Rule(
    RuleText(
        id="value.first-step",
        title="Where the numbers leave the right ones",
        message="from line {line} on, `{code}`, your numbers are not those of the right solution: it never has `{got}`."
        "{instead}",
        why="Both were followed step by step: this is your first one whose numbers the right solution never has, and what "
        "comes after is computed from them.",
        mend="Read that line beside the formula of the statement: which part of it does it stand for? If it is only a detour "
        "on the way there, the mistake comes after it. Print what each step gives for a small example that you can work out.",
        example="""\
def right(pred, target):
    error = pred - target
    return (error.square() / (target.square() + 0.5)).mean()

def wrong(pred, target):
    error = pred - target
    weight = torch.exp(target.abs().sqrt())
    return (error.square() * weight).mean()
""",
    ),
    rank=VAGUE,
    look=_look,
)
