"""The `def` line differs from the statement's: another default, or another order of the parameters."""

from __future__ import annotations

import ast

from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Scene
from grader.findings.words import named
from grader.model import Definition, Form, Kind, RuleText


def _definition(scene: Scene) -> Definition | None:
    """Return the student's function of the exercise's name, if it is one whose parameters can be read."""
    sight = scene.here.sight
    if sight.exercise.form is not Form.FUNCTION or sight.case.scenario is not None or not scene.here.wrong_values:
        return None
    own = [one for one in sight.facts.definitions if one.name == sight.exercise.id]
    return own[-1] if own and own[-1].params else None


def _other_default(scene: Scene) -> Hit | None:
    """Wrong where an argument is left out whose default differs from the statement's."""
    definition = _definition(scene)
    if definition is None:
        return None
    defaults = dict(definition.defaults)
    given = dict(scene.here.sight.case.args)
    for param in scene.here.sight.exercise.params:
        if param.kind is not Kind.SCALAR or param.required or param.name in given or param.name not in defaults:
            continue
        own = ast.literal_eval(defaults[param.name])
        if own is not None and own != param.default:
            return hit(param.name, name=param.name, got=repr(own), want=repr(param.default))
    return None


def _other_order(scene: Scene) -> Hit | None:
    """Wrong, and the same names stand in another order: arguments that come by position meet the wrong parameters."""
    definition = _definition(scene)
    if definition is None or scene.here.sight.case.by_keyword:
        return None
    wanted = [param.name for param in scene.here.sight.exercise.params]
    own = [name for name in definition.params if name in wanted]
    tensors = [param.name for param in scene.here.sight.exercise.params if param.kind is not Kind.SCALAR]
    moved = own != wanted if scene.here.sight.case.by_position else [n for n in own if n in tensors] != tensors
    if set(own) != set(wanted) or not moved:
        return None
    got, want = (named([f"`{name}`" for name in names]) for names in (own, wanted))
    return hit(got=got, want=want)


RULES = (
    Rule(
        RuleText(
            id="value.other-default",
            title="Another default than the statement's",
            message="the default of `{name}` is {got} in your code, and {want} in the statement.",
            why="Where an argument is left out, its default decides the result.",
            mend="Copy the `def` line of the starter: the same names in the same order, with the same defaults.",
            example="""\
def right(pred, target, scale=1.0):
    return (scale * pred - target).square().mean()

def wrong(pred, target, scale=1.5):
    return (scale * pred - target).square().mean()
""",
        ),
        rank=10,
        look=_other_default,
    ),
    Rule(
        RuleText(
            id="value.other-order",
            title="The parameters stand in another order",
            message="your function takes {got}, in this order; the statement says {want}.",
            why="Arguments that are given by position meet the parameter that stands in their place.",
            mend="Copy the `def` line of the starter: the same names in the same order, with the same defaults.",
            example="""\
def right(pred, target):
    return (pred - target.abs()).square().mean()

def wrong(target, pred):
    return (pred - target.abs()).square().mean()
""",
        ),
        rank=10,
        look=_other_order,
    ),
)
