"""An argument has no part in the result, or the wrong one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from grader import rules
from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Cases, Glimpse, Scene
from grader.findings.words import named, number
from grader.model import Form, Kind, Param, RuleText

ANYTHING = {"args", "kwargs", "locals", "inspect.signature"}
"""Names that may stand for any argument."""


def _mentioned(glimpse: Glimpse) -> set[str]:
    """Return every name that the answer's code mentions, without attributes."""
    facts, entry = glimpse.sight.facts, glimpse.sight.exercise.id
    inside = rules.reachable(entry, facts)
    return {use.name.partition(".")[0] for use in facts.uses if use.inside in inside}


def _unused(scene: Scene) -> Hit | None:
    glimpse = scene.here
    error = glimpse.sight.observed.raised
    raised = error is not None and error.type != "TypeError"
    if (
        glimpse.sight.exercise.form is Form.SCRIPT
        or not (glimpse.wrong_values or raised)
        or glimpse.sight.case.scenario
    ):
        return None
    seen = scene.cases.once("mentioned", lambda: _mentioned(glimpse))
    params = glimpse.sight.exercise.params
    if seen & ANYTHING or not any(param.name in seen for param in params):
        return None
    left = [param for param in params if param.name not in seen and _matters(scene.cases, glimpse, param)]
    if not left or (raised and not all(_given(glimpse, param) for param in left)):
        return None
    seen_as = hit(left[0].name, name=named([f"`{param.name}`" for param in left]))
    return replace(seen_as, rank=1) if raised else seen_as


def _matters(cases: Cases, glimpse: Glimpse, param: Param) -> bool:
    """A tensor always matters; one that may be left out, and a plain argument, if it alone tells right from wrong."""
    if param.kind is not Kind.SCALAR and param.required:
        return True
    return _given(glimpse, param) and not _wrong_without(cases, param)


def _given(glimpse: Glimpse, param: Param) -> bool:
    """Tell whether a case gives a parameter a value besides its default."""
    case = glimpse.sight.case
    if param.kind is Kind.SCALAR:
        return dict(case.args).get(param.name, param.default) != param.default
    return not param.required and param.name not in case.omit


def _wrong_without(cases: Cases, param: Param) -> bool:
    return any(not _given(glimpse, param) and glimpse.telling for glimpse in cases.plainly_wrong)


def _optional(glimpse: Glimpse) -> Iterator[Param]:
    for param in glimpse.sight.exercise.params:
        if param.kind is Kind.SCALAR or not param.required:
            yield param


def _misused(scene: Scene) -> Hit | None:
    """Wrong in every ordinary case that gives the argument, and right in every one that does not."""
    if not scene.here.wrong_values or scene.here.sight.case.scenario or not scene.here.plain:
        return None
    for param in _optional(scene.here):
        given = [glimpse for glimpse in scene.cases.plain if glimpse.values and _given(glimpse, param)]
        plain = [glimpse for glimpse in scene.cases.plain if glimpse.values and not _given(glimpse, param)]
        if given and plain and all(one.wrong_values for one in given) and not any(one.wrong_values for one in plain):
            value = "a value" if param.kind is not Kind.SCALAR else repr(dict(scene.here.sight.case.args)[param.name])
            default = "is left out" if param.kind is not Kind.SCALAR else f"is {param.default!r}"
            return hit(param.name, name=param.name, value=value, default=default)
    return None


def _rounded(scene: Scene) -> Hit | None:
    """Right in every ordinary case where a float argument is a whole number, and wrong in every other."""
    if not scene.here.wrong_values or scene.here.sight.case.scenario or not scene.here.plain:
        return None
    for param in scene.here.sight.exercise.params:
        value = scene.here.scalars.get(param.name)
        if param.kind is not Kind.SCALAR or not isinstance(param.default, float) or value is None:
            continue
        seen = [glimpse for glimpse in scene.cases.plain if glimpse.values]
        whole = [glimpse for glimpse in seen if glimpse.scalars[param.name].is_integer()]
        kept = {glimpse.scalars[param.name] for glimpse in whole}
        others = [glimpse for glimpse in seen if glimpse not in whole]
        if len(kept) > 1 and others and all(g.wrong_values for g in others) and not any(g.wrong_values for g in whole):
            return hit(param.name, name=param.name, value=number(value))
    return None


RULES = (
    Rule(
        RuleText(
            id="value.argument-rounded",
            title="Right only where an argument is a whole number",
            message="your result is right where `{name}` is a whole number, and wrong where it is {value}: is it rounded?",
            why="`int(...)`, `//` and `round` drop what stands behind the point.",
            mend="Use `{name}` as it comes.",
            example="""\
def right(pred, target, scale=2.0):
    return (scale * pred - target).square().mean()

def wrong(pred, target, scale=2.0):
    return (int(scale) * pred - target).square().mean()
""",
        ),
        rank=20,
        look=_rounded,
    ),
    Rule(
        RuleText(
            id="value.argument-unused",
            title="An argument is never used",
            message="your code never mentions {name}, but the result depends on it.",
            why="The statement's formula contains it; what does not take part in the computation cannot change the "
            "result.",
            mend="Find {name} in the formula, and put it in the same place in your code.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    return pred.square().mean()
""",
        ),
        rank=21,
        look=_unused,
    ),
    Rule(
        RuleText(
            id="value.argument-misused",
            title="Right only as long as an argument has its default",
            message="your result is right when `{name}` {default}, and wrong when it is {value}.",
            why="An argument may be ignored, or used in the wrong place, without any trace as long as it has its "
            "default: a factor of 1, an addition of 0, a number that you wrote in its place.",
            mend="Look for every place in the formula where `{name}` stands, and for numbers in your code that "
            "should be `{name}`.",
            example="""\
def right(pred, target, scale=1.0):
    return (scale * pred - target).square().mean()

def wrong(pred, target, scale=1.0):
    return (pred - target + scale - 1.0).square().mean()
""",
        ),
        rank=45,
        look=_misused,
    ),
)
