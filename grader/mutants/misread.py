"""Mutation operators for arguments taken for something else: a variance for its root, numbers for those about their mean."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence

from grader.mutants.applied import name_of
from grader.mutants.changes import changed_to, defaults_of, literal, method, number
from grader.mutants.place import Place

UNIT = "{0} / {0}.norm(dim=-1, keepdim=True)"
READINGS = {
    "2 * {0}": "doubled",
    "{0} / 2": "halved",
    "{0} ** 2": "squared",
    "{0}.sqrt()": "replaced by {its} square root",
    "{0}.exp()": "replaced by {its} exponential",
    "{0}.log()": "replaced by {its} logarithm",
    "{0} + 1": "increased by 1",
    "{0}.flip(-1)": "reversed along {its} last axis",
    UNIT: "scaled to length 1 along {its} last axis",
    "{0} - {0}.mean(-1, keepdim=True)": "centred, with the mean taken away",
}
"""What an argument may be taken for, and how to say so."""


BOUNDING = {"clamp", "clamp_min", "clip", "maximum"}
HINTS = (
    ("squared", r"^var|variance", "as though given a standard deviation"),
    ("square root", r"^std|^sigma|deviation", "as though given a variance"),
    ("exponential", r"^var|variance", "as though given the logarithm of a variance"),
    ("logarithm", r"log_?var", "as though given a variance"),
    ("exponential", r"^(?!.*log).*prob", "as though given logarithms"),
    ("logarithm", r"log_?prob", "as though given probabilities"),
)
"""What an argument is taken for by who reads it so: a part of the reading, what its name has, and the words."""

TURNED = {"1 - {0}": "turned round (1 minus {it})", "~{0}": "turned round (`~`, so True for False)"}


def misread(place: Place) -> Iterator[ast.AST]:
    """A function that takes an argument, or those of like names, for its double, its square, its logarithm, ..."""
    yield from _read(place, READINGS)


def turned_round(place: Place) -> Iterator[ast.AST]:
    """A function that takes an argument for 1 minus it, as where a mask says the opposite of what was thought."""
    yield from _read(place, TURNED)


def taken_for(place: Place) -> Iterator[ast.AST]:
    """A function that takes one argument that is a number for another, wherever it needs it: `beta1` for `beta2`."""
    node = place.node
    if not isinstance(node, ast.FunctionDef) or not isinstance(place.parent, ast.Module | ast.ClassDef):
        return
    numbers = [(arg.arg, type(literal(value))) for arg, value in defaults_of(node)]
    for (one, kind), (other, same) in itertools.permutations(numbers, 2):
        if kind is same and kind in {int, float}:
            yield changed_to(node, body=[ast.parse(f"{one} = {other}").body[0], *node.body])


def bounded(place: Place) -> Iterator[ast.AST]:
    """`x.clamp(min=eps)` to its square, its root, its exponential, its logarithm: misread, but bounded before that."""
    node = place.node
    if isinstance(node, ast.Call) and name_of(node) in BOUNDING:
        yield ast.BinOp(left=node, op=ast.Pow(), right=number(2))
        yield from (method(node, name) for name in ("sqrt", "exp", "log"))


def _read(place: Place, readings: Mapping[str, str]) -> Iterator[ast.AST]:
    node = place.node
    if not isinstance(node, ast.FunctionDef) or not isinstance(place.parent, ast.Module | ast.ClassDef):
        return
    plain = [arg.arg for arg in node.args.args if arg.arg != "self"]
    given = plain[: len(plain) - len(node.args.defaults)]
    for names in _groups(given):
        for way in readings:
            yield _reading(node, names, way)
    if UNIT in readings and len(given) > 1:
        yield _reading(node, given, UNIT)


def _reading(node: ast.FunctionDef, names: Sequence[str], way: str) -> ast.FunctionDef:
    first = [ast.parse(f"{name} = {way.format(name)}").body[0] for name in names]
    return changed_to(node, body=[*first, *node.body])


def _groups(names: list[str]) -> list[tuple[str, ...]]:
    """Return each name, and those that begin alike, as `std_p` and `std_q` do."""
    stems: dict[str, list[str]] = {}
    for name in names:
        stems.setdefault(name.rstrip("0123456789").split("_")[0], []).append(name)
    return [*((name,) for name in names), *(tuple(group) for group in stems.values() if len(group) > 1)]


def reading(node: ast.FunctionDef) -> tuple[list[str], str]:
    """Return which arguments a function misreads, and how, in words."""
    first = [each for each in node.body if isinstance(each, ast.Assign)]
    text = ast.unparse(first[0].value)
    name = ast.unparse(first[0].targets[0])
    for pattern, said in (READINGS | TURNED).items():
        if ast.unparse(ast.parse(pattern.format(name))) == text:
            names = [ast.unparse(each.targets[0]) for each in first]
            group = [
                one for one, each in zip(names, first, strict=True)
                if ast.unparse(each.value) == ast.unparse(ast.parse(pattern.format(one)))
            ]  # fmt: skip
            words = said.format(its="its" if len(group) == 1 else "their", it="it" if len(group) == 1 else "them")
            return group, f"{words} before anything else{hint(said, group)}"
    return [], ""


def hint(said: str, names: list[str]) -> str:
    """Return what would be changed so, where the names say that it is easily taken for what was given."""
    fitting = [words for part, name, words in HINTS if part in said and all(re.search(name, each) for each in names)]
    return f", {fitting[0]}" if fitting else ""
