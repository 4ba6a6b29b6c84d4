"""A small exercise made from an example's `right` and `wrong`, observed in this process as a worker would."""

from __future__ import annotations

import ast
import functools
import warnings
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec
import torch

from grader import findings, judge, suspects, traced
from grader.calls import Plan, reference_calls, student_call
from grader.findings import variants
from grader.findings.lead import is_unexplained, leading
from grader.model import (
    Case,
    Cell,
    Execution,
    Exercise,
    Expectation,
    Finding,
    Kind,
    Misconceptions,
    Observation,
    Param,
    Status,
)
from grader.mutants.slips import Mutated, Slip, again, pairs, slips
from grader.sight import Sight
from grader.spread import spread_of
from grader.trace.parting import Parting
from grader.worker.inspection import inspect_cells
from grader.worker.observe import perform
from tests.builders import exercise, param

BC, BF = ("batch", "classes"), ("batch", "features")
PARAMS: dict[str, Param] = {
    "pred": param("pred", axes=BF),
    "target": param("target", axes=BF),
    "logits": param("logits", axes=BC),
    "targets": param("targets", Kind.INT, low=0, high="classes"),
    "scores": param("scores"),
    "square": param("square", axes=("classes", "classes")),
    "labels": param("labels", Kind.BINARY),
    "probs": param("probs", Kind.PROBS, axes=BC),
    "onehot": param("onehot", Kind.PROBS, axes=BC),
    "values": param("values", axes=("batch", "seq", "classes")),
    "marks": param("marks", Kind.INT, axes=("batch", "seq"), low=0, high=7, mix="ignore_index", mix_share=0.3),
}
"""What an example's parameter names stand for."""

FLOATS = {Kind.FLOAT, Kind.PROBS, Kind.LOG_PROBS}
RULES: dict[str, dict[str, Any]] = {
    "rule.forbidden": {"forbid": ("torch.nn.functional.mse_loss",)},
    "rule.loop": {"forbid": ("loop",)},
    "rule.missing": {"require": ("torch.square",)},
    "gradient.leaks": {"detached": ("target",)},
    "effect.shares-memory": {"fresh": True},
    "gradient.second-derivative": {"second_order": ("pred",)},
    "gradient.missing": {"gradients": ("pred", "target")},
    "gradient.exchanged": {"detached": ("target",)},
}
"""What the exercise of an example says besides."""


def example_exercise(source: str, rule: str = "") -> Exercise:
    """Return an exercise whose signature is that of `right`; a parameter with a default is a plain argument."""
    tree = ast.parse(source)
    right = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "right")
    first = len(right.args.args) - len(right.args.defaults)
    params = [PARAMS[one.arg] for one in right.args.args[:first]]
    for one, default in zip(right.args.args[first:], right.args.defaults, strict=True):
        value = ast.literal_eval(default)
        params.append(param(one.arg, Kind.SCALAR, axes=(), default=value, required=False))
    detached = RULES.get(rule, {}).get("detached", ())
    watched = [one.name for one in params if one.kind in FLOATS and one.name not in detached][:1]
    made = exercise(id="answer", params=tuple(params), gradients=tuple(watched), starter="def answer(): ...\n")
    return msgspec.structs.replace(made, cases=cases(tuple(params)), **RULES.get(rule, {}))


def cases(params: tuple[Param, ...]) -> tuple[Case, ...]:
    """Return cases as an author and the standard companions have them."""
    floats = [one.name for one in params if one.kind is Kind.FLOAT]
    axes = list(dict.fromkeys(axis for one in params for axis in one.axes))
    sizes = [tuple(zip(axes, chosen, strict=False)) for chosen in ((6, 5, 4), (8, 5, 3), (3, 11, 5), (1, 5, 4))]
    found = [
        Case(name="typical", sizes=sizes[0]),
        Case(name="another", sizes=sizes[1]),
        Case(name="odd", sizes=sizes[2]),
        Case(name="one", sizes=sizes[3]),
        Case(name="wide", sizes=tuple(zip(axes, (6, 9, 4), strict=False))),
        Case(name="ties", sizes=sizes[0], fill=tuple((name, "ties") for name in floats)),
        Case(name="twice", sizes=sizes[0], calls=2),
        Case(name="float64", sizes=sizes[0], dtype="float64"),
        Case(name="bfloat16", sizes=sizes[0], dtype="bfloat16"),
        Case(name="transposed", sizes=sizes[0], layout="transposed"),
        Case(name="large", sizes=sizes[0], std=tuple((name, 1000.0) for name in floats)),
    ]
    found += [
        Case(name=f"{one.name} {value}", sizes=sizes[0], args=((one.name, value),))
        for one in params
        if one.kind is Kind.SCALAR and isinstance(one.default, float)
        for value in (0.6, 2.5, 0.0)
    ]
    if any(one.name == "onehot" for one in params):
        found.append(Case(name="exact zeros", sizes=sizes[0], fill=(("onehot", "one_hot"),)))
    return tuple(found)


def namespace_of(source: str) -> dict[str, Any]:
    """Return what an example defines, with torch at hand."""
    namespace: dict[str, Any] = {"torch": torch}
    exec(compile(source, "<submission 0>", "exec"), namespace)
    return namespace


def judged(made: Exercise, right: Any, wrong: Any, source: str) -> tuple[tuple[Sight, ...], Misconceptions]:
    """Return the judged cases of `wrong` with `right` as the reference, and the reference's variants."""
    facts = inspect_cells((Cell(index=0, source=source, where="example"),), ())
    plan = Plan(made, 0, "answer")
    sights, changed = [], dict[str, list[Execution]]()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for case in made.cases:
            call = student_call(plan, case)
            mine = _observe(call, wrong)
            actual, oracle, *moved = [_observe(one, right) for one in reference_calls(plan, case)]
            status = Status.RAISED if actual.raised else Status.OK
            expectation = Expectation(
                id=case.name, status=status, actual=actual, oracle=oracle, spread=spread_of(oracle, moved)
            )
            execution = Execution(id=case.name, status=Status.RAISED if mine.raised else Status.OK, observation=mine)
            sight = Sight(made, case, call, expectation, execution, facts)
            sights.append(replace(sight, differences=judge.differences(sight)))
            for one in variants.calls(made, case, call):
                seen = Execution(id=one.id, status=Status.OK, observation=_observe(one, right))
                changed.setdefault(one.id.rpartition("/")[0], []).append(seen)
    return tuple(sights), Misconceptions(executions=tuple((name, tuple(found)) for name, found in changed.items()))


def _observe(call: Any, function: Any) -> Observation:
    return perform(call, {"answer": function}, {}, {})


def renamed(source: str, entry: str) -> str:
    """Return an example's source with one of its functions under the exercise's name, and without the other."""
    tree = ast.parse(source)
    other = {"right": "wrong", "wrong": "right"}[entry]
    tree.body = [node for node in tree.body if not (isinstance(node, ast.FunctionDef) and node.name == other)]
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == entry:
            node.name = "answer"
    return ast.unparse(tree)


def sights_of(source: str, entry: str, rule: str = "") -> tuple[tuple[Sight, ...], Misconceptions]:
    """Return an example's judged cases, of its `wrong` or of its `right`, and the reference's variants."""
    made = example_exercise(source, rule)
    namespace = namespace_of(source)
    return judged(made, namespace["right"], namespace[entry], renamed(source, entry))


def lead(found: tuple[tuple[Finding, ...], ...]) -> Finding | None:
    """Return what a student is told first."""
    return leading([each[0] for each in found if each])


@functools.cache
def told(source: str, entry: str, rule: str = "") -> tuple[Finding | None, tuple[tuple[Finding, ...], ...]]:
    """Return an example's first finding, and all of them by case."""
    sights, known = sights_of(source, entry, rule)
    found = findings.find_each(sights, known)
    if is_unexplained([each[0] for each in found if each]):
        slip = suspects.matching(sights, slipping(sights, source, in_pairs=rule in IN_PAIRS))
        parting = _parting(sights, source, entry) if rule == "value.first-step" else None
        found = findings.find_each(sights, known, slip, parting) if slip or parting else found
    return lead(found), found


def _parting(sights: tuple[Sight, ...], source: str, entry: str) -> Parting | None:
    namespace = namespace_of(source)
    calls = [msgspec.structs.replace(one.call, traced=True) for one in traced.telling(sights)]
    mine, right = ({one.id: _observe(one, namespace[name]).trace for one in calls} for name in (entry, "right"))
    found = traced.latest(mine, right)
    return found and replace(found, code=source.splitlines()[found.line - 1].strip())


IN_PAIRS = {"slip.two", "value.argument-misused", "value.differs"}
"""Where pairs of slips are tried too: elsewhere that takes seconds and says nothing."""


def slipping(sights: tuple[Sight, ...], source: str, *, in_pairs: bool = True) -> suspects.Observe:
    """Return what observes the slips of an example's `right`, in this process."""
    made = sights[0].exercise
    text = "import torch\n" + renamed(source, "right")
    right = tuple(
        Expectation(id=one.case.name, status=one.expectation.status, actual=one.expectation.actual) for one in sights
    )
    plan = Plan(made, 0, "answer")

    def observe(names: tuple[str, ...]) -> Misconceptions:
        if names == suspects.PAIRS and not in_pairs:
            return Misconceptions()
        if names == suspects.PAIRS:
            tried = pairs(made, text, suspects.distinct(observe(()), right))
        else:
            tried = again(made, text, [Slip.of(name) for name in names]) if names else slips(made, text)
        first = 1 if names == suspects.PAIRS else suspects.FIRST
        cases = made.cases if names and names != suspects.PAIRS else made.cases[:first]
        return Misconceptions(executions=tuple((one.slip.name, tuple(conduct(one, cases))) for one in tried))

    def conduct(one: Mutated, cases: tuple[Case, ...]) -> Iterator[Execution]:
        function = namespace_of(one.source)["answer"]
        for case in cases:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                seen = _observe(student_call(plan, case), function)
            yield Execution(id=f"{one.slip.number}/{case.name}", status=Status.OK, observation=seen)

    return observe
