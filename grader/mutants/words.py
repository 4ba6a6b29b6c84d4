"""What a mutant's change means, in words that complete "what the right one would give ...". Pure.

They name the arguments that a student knows, the functions of torch, and what is missing or put in its place; never
the reference's own names or lines, nor the number or the axis that belongs there: a hint, not the solution.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, TypeGuard

from grader.mutants import words_of_steps
from grader.mutants.applied import is_own, name_of
from grader.mutants.changes import AXES, CHOOSERS, literal
from grader.mutants.formulas import SMALL, TURNED
from grader.mutants.mutate import Edit
from grader.mutants.nouns import Known, known_sources, listed, noun, of, own_name
from grader.mutants.place import Place

Words = tuple[str, str]
"""A rule's id, and the end of its sentence."""

SIGNS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**", ast.MatMult: "@", ast.FloorDiv: "//",
    ast.Mod: "%", ast.BitAnd: "&", ast.BitOr: "|", ast.And: "and", ast.Or: "or", ast.Lt: "<", ast.LtE: "<=",
    ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=", ast.In: "in", ast.NotIn: "not in", ast.Is: "is",
    ast.IsNot: "is not",
}  # fmt: skip
GUARDS = {"clamp", "clip", "clamp_min", "clamp_max", "nan_to_num", "maximum", "minimum", "masked_fill", "where"}
DETACHING = {"detach", "no_grad"}
POWERS = {"2": "without the square of", "0.5": "without the square root of"}
LIFTED = {"view", "reshape", "transpose", "permute", "t", "swapaxes", "unsqueeze", "squeeze", "flatten", "expand"}


def meaning(edit: Edit, known: Known) -> Words | None:
    """Return what an edit means, None if it is nothing that can be told; `known` are names of the statement."""
    words = SAYINGS[edit.kind](edit, known)
    return words if words and words[1] else None


def _dropped(edit: Edit, known: Known) -> Words | None:
    node, place = edit.place.node, edit.place
    if isinstance(node, ast.BoolOp):
        return "slip.guard", f"without one side of an `{SIGNS[type(node.op)]}`"
    if not isinstance(node, ast.BinOp):
        return None
    kept_left = edit.replacement is node.left
    gone = node.right if kept_left else node.left
    value = literal(gone)
    if (isinstance(value, float) and 0 < abs(value) <= SMALL) or own_name(gone) == "eps":
        return "slip.guard", f"without {noun(gone, place, known)}, which guards against a division by 0"
    return _dropped_of(node, kept_left, noun(gone, place, known), noun(node.left, place, known))


def _dropped_of(node: ast.BinOp, kept_left: bool, gone: str, left: str) -> Words | None:
    match node.op:
        case ast.Add() | ast.Sub():
            said = f"if {gone} were left out of a {'sum' if isinstance(node.op, ast.Add) else 'difference'}"
        case ast.Mult():
            said = f"without a factor: {gone}".removesuffix(": something")
        case ast.MatMult():
            said = f"without the matrix product with {gone}"
        case ast.Div():
            said = f"without the division by {gone}" if kept_left else f"without {gone} in a numerator"
        case ast.Pow() if kept_left:
            power = POWERS.get(str(literal(node.right)))
            said = f"{power} {left}" if power else f"without the power of {left}"
        case _:
            return None
    return "slip.left-out", said


def _called(edit: Edit, known: Known) -> Words | None:
    node = edit.place.node
    if isinstance(node, ast.Subscript):
        return "slip.left-out", f"without the selection of a part of {noun(node.value, edit.place, known)}"
    if not isinstance(node, ast.Call):
        return None
    name = name_of(node)
    own = is_own(node, edit.place)
    applied = node.func.value if own and isinstance(node.func, ast.Attribute) else (node.args or [node])[0]
    if name in DETACHING:
        return "slip.detach", f"if a gradient flowed through {noun(applied, edit.place, known)}: without the `{name}`"
    if name in GUARDS | CHOOSERS:
        kept = "" if edit.replacement is applied else f", with {noun(edit.replacement, edit.place, known)} alone"
        return "slip.guard", f"without the `{name}`{kept}"
    if edit.replacement is not applied:
        return None
    if name in LIFTED:
        return "slip.exchanged", f"without the `{name}`{of(applied, edit.place, known)}"
    return "slip.left-out", f"without the `{name}`{of(applied, edit.place, known)}"


def _operator(edit: Edit, known: Known) -> Words | None:
    node, new = edit.place.node, edit.replacement
    if not isinstance(node, ast.BinOp | ast.AugAssign | ast.BoolOp) or not isinstance(new, type(node)):
        return None
    signs = f"with `{SIGNS[type(new.op)]}` where `{SIGNS[type(node.op)]}` belongs"
    if isinstance(node, ast.BoolOp):
        return "slip.operator", signs
    after = node.right if isinstance(node, ast.BinOp) else node.value
    return "slip.operator", f"{signs}, before {noun(after, edit.place, known)}"


def _swapped(edit: Edit, _: Known) -> Words | None:
    node = edit.place.node
    if isinstance(node, ast.BinOp):
        return "slip.exchanged", f"with the two sides of a `{SIGNS[type(node.op)]}` exchanged"
    if isinstance(node, ast.Call):
        return "slip.exchanged", f"with two arguments of `{name_of(node)}` exchanged"
    return None


def _sign(edit: Edit, known: Known) -> Words | None:
    node = edit.place.node
    if not isinstance(node, ast.UnaryOp):
        return None
    what = noun(node.operand, edit.place, known)
    if isinstance(node.op, ast.USub):
        return "slip.operator", f"without the minus sign of {what}"
    return "slip.guard", f"with a mask or a condition the wrong way round: {what} in place of its opposite"


def _turned(edit: Edit, known: Known) -> Words | None:
    node = edit.place.node
    if isinstance(node, ast.Attribute) and node.attr in TURNED:
        return "slip.exchanged", f"if {noun(node.value, edit.place, known)} were not transposed"
    if isinstance(node, ast.Call):
        return (
            "slip.guard",
            "with the mask the wrong way round: it hides what should be seen, and shows what it should hide",
        )
    new = edit.replacement
    if isinstance(node, ast.BinOp) and isinstance(new, ast.BinOp):
        side = node.left if new.left is not node.left else node.right
        return "slip.exchanged", f"if {noun(side, edit.place, known)} were transposed in a matrix product"
    return None


def _axis(edit: Edit, _: Known) -> Words | None:
    parent, new = edit.place.parent, literal(edit.replacement)
    if isinstance(parent, ast.Subscript) or (isinstance(parent, ast.Call) and name_of(parent) == "size"):
        return "slip.axis", f"with the size of another axis, number {new}"
    call = parent if isinstance(parent, ast.Call) else _owner(parent, edit.place)
    name = f"the `{name_of(call)}`" if call else "a function"
    if new is None:
        return "slip.axis", f"with {name} over two axes at once, where it belongs along one"
    return "slip.axis", f"with {name} along the axis {new}, where another belongs"


def _owner(keyword: ast.AST, place: Place) -> ast.Call | None:
    """Return the call that a keyword is of."""
    inside = ast.walk(place.function) if place.function else ()
    return next((node for node in inside if isinstance(node, ast.Call) and keyword in node.keywords), None)


def _whole(edit: Edit, _: Known) -> Words | None:
    assert isinstance(edit.place.node, ast.Call)
    return "slip.axis", f"with the `{name_of(edit.place.node)}` over everything, where it belongs along one axis"


def _renamed(edit: Edit, _: Known) -> Words | None:
    node, new = edit.place.node, edit.replacement
    if not isinstance(node, ast.Attribute) or not isinstance(new, ast.Attribute):
        return None
    return "slip.function", f"with `{new.attr}` where `{node.attr}` belongs"


def _size(edit: Edit, _: Known) -> Words | None:
    new = edit.replacement
    assert isinstance(new, ast.Subscript)
    assert isinstance(new.value, ast.Attribute)
    return "slip.axis", f"with the size of another axis, number {literal(new.slice)} of `{own_name(new.value.value)}`"


def _norm(edit: Edit, known: Known) -> Words | None:
    node = edit.place.node
    if isinstance(node, ast.BinOp):
        squared = node.left if isinstance(node.op, ast.Pow) else node.right
        return "slip.function", f"with the absolute value where the square{of(squared, edit.place, known)} belongs"
    if isinstance(edit.place.node, ast.Call) and name_of(edit.place.node) == "logsumexp":
        return "slip.left-out", "without the logarithm of a sum of exponentials"
    if isinstance(edit.replacement, ast.Call):
        if name_of(edit.replacement) == "var":
            return "slip.function", "with the variance (the mean taken away) where the mean of squares belongs"
        if name_of(edit.replacement) == "abs":
            return "slip.function", "with the absolute value where the square belongs"
        return "slip.function", "with the sum of absolute values where a norm belongs"
    return "slip.function", "with the square of a norm where the norm belongs"


def _counted(edit: Edit, _: Known) -> Words | None:
    if isinstance(edit.replacement, ast.BinOp):
        return "slip.function", "if a mean divided by n - 1: the unbiased estimate where the biased one belongs"
    return "slip.function", "with the biased estimate (divided by n) where the unbiased one belongs"


def _moved(edit: Edit, known: Known) -> Words | None:
    node = edit.place.node
    if isinstance(node, ast.BinOp):
        return "slip.order", f"with a `{SIGNS[type(node.op)]}` inside a function, where it belongs outside"
    assert isinstance(node, ast.Call)
    own = node.func.value if isinstance(node.func, ast.Attribute) else node
    inner = own if isinstance(own, ast.Call | ast.BinOp) and own is not node else next(iter(node.args), None)
    if isinstance(inner, ast.BinOp):
        what = noun(inner.right, edit.place, known)
        return "slip.order", f"if {what} stood outside the `{name_of(node)}`, where it belongs inside"
    if isinstance(inner, ast.Call):
        return "slip.order", f"with the `{name_of(inner)}` after the `{name_of(node)}`, where it belongs before"
    return None


def _filled(edit: Edit, _: Known) -> Words | None:
    node = edit.place.node
    assert isinstance(node, ast.Call)
    if name_of(node) == "masked_fill":
        return "slip.guard", "if what is masked were a finite number, where it must have no weight at all"
    return "slip.order", f"with the mask after the `{name_of(node)}`, where it belongs before"


def _shifted(edit: Edit, known: Known) -> Words | None:
    node, new = edit.place.node, edit.replacement
    if isinstance(node, ast.BinOp) and isinstance(new, ast.BinOp):
        if isinstance(new.op, ast.Mult):
            return "slip.operator", "with a product where a power belongs"
        return "slip.number", f"with a count off by one, in the exponent {noun(node.right, edit.place, known)}"
    if isinstance(node, ast.Call) and isinstance(new, ast.Call) and name_of(node) != name_of(new):
        return "slip.function", f"with `{name_of(new)}` where `{name_of(node)}` belongs, the other triangle"
    if isinstance(node, ast.Call) and name_of(node) in {"tril", "triu"}:
        return "slip.number", f"with the diagonal of the `{name_of(node)}` off by one"
    return "slip.number", "if a count began at 1, where it begins at 0"


def _smallest(edit: Edit, _: Known) -> Words | None:
    assert isinstance(edit.place.node, ast.Call)
    return "slip.option", f"with the `{name_of(edit.place.node)}` in the other direction"


def _complement(edit: Edit, known: Known) -> Words | None:
    weight = noun(edit.place.node, edit.place, known)
    return "slip.exchanged", f"with {weight} where 1 minus it belongs, and the other way round"


def _same(rule: str, said: str) -> Callable[[Edit, Known], Words | None]:
    return lambda _edit, _known: (rule, said)


def _weighted(edit: Edit, _: Known) -> Words | None:
    new = edit.replacement
    assert isinstance(new, ast.BinOp)
    left, right = (own_name(node.left.right) if _is_rest(node) else "" for node in (new.left, new.right))
    return "slip.function", f"with a factor 1 - `{left or right}` that does not belong there"


def _is_rest(node: ast.AST) -> TypeGuard[Any]:
    """Tell whether a product begins with 1 - something."""
    return isinstance(node, ast.BinOp) and isinstance(node.left, ast.BinOp) and isinstance(node.left.op, ast.Sub)


def _negated(edit: Edit, known: Known) -> Words | None:
    return "slip.operator", f"with the other sign of {noun(edit.place.node, edit.place, known)}"


def _neighbour(edit: Edit, known: Known) -> Words | None:
    old, new = (noun(each, edit.place, known) for each in (edit.place.node, edit.replacement))
    if old == new or "something" in {old, new}:
        return (
            "slip.order",
            f"with {new} before, or after, another step than where it belongs" if new != "something" else "",
        )
    return "slip.order", f"with {new} where {old} belongs: a step left out, or taken too early"


def _named(edit: Edit, known: Known) -> Words | None:
    old, new = (noun(each, edit.place, known) for each in (edit.place.node, edit.replacement))
    return None if "something" in {old, new} or old == new else ("slip.exchanged", f"with {new} where {old} belongs")


def _keyword(edit: Edit, _: Known) -> Words | None:
    node, new = edit.place.node, edit.replacement
    assert isinstance(node, ast.Call)
    assert isinstance(new, ast.Call)
    gone = next(each.arg for each in node.keywords if each not in new.keywords)
    if gone in AXES:
        return "slip.axis", f"with the `{name_of(node)}` along no axis of its own (without `{gone}=`)"
    return "slip.option", f"if `{gone}=` were left out in the `{name_of(node)}`"


def _ignored(edit: Edit, _: Known) -> Words | None:
    new = edit.replacement
    assert isinstance(new, ast.FunctionDef)
    first = new.body[0]
    assert isinstance(first, ast.Assign)
    return "slip.option", f"if `{own_name(first.targets[0])}` always had its default"


def _step(edit: Edit, known: Known) -> Words | None:
    node = edit.place.node
    if isinstance(node, ast.Raise | ast.Assert):
        return "slip.guard", "without a check that raises"
    if isinstance(node, ast.Assign | ast.AugAssign):
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        name = own_name(target)
        return "slip.left-out", "if " + (f"`{name}` were never changed" if name in known else "a step were left out")
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return "slip.left-out", f"without the call of `{name_of(node.value)}`"
    return None


def _condition(edit: Edit, known: Known) -> Words | None:
    told = {True: "if a condition always held", False: "if a condition never held"}
    value = literal(edit.replacement)
    if not isinstance(value, bool):
        return "slip.guard", "with a condition turned round"
    names = known_sources([edit.place.node], edit.place, known)
    return "slip.guard", told[value] + (f" ({listed(names)} decide{'s' * (len(names) == 1)})" if names else "")


def _comparison(edit: Edit, _: Known) -> Words | None:
    node, new = edit.place.node, edit.replacement
    if not isinstance(node, ast.Compare) or not isinstance(new, ast.Compare):
        return None
    return "slip.operator", f"with `{SIGNS[type(new.ops[0])]}` where `{SIGNS[type(node.ops[0])]}` belongs"


def _detached(edit: Edit, known: Known) -> Words | None:
    return "slip.detach", f"if no gradient flowed through {noun(edit.place.node, edit.place, known)}"


def _doubled(edit: Edit, known: Known) -> Words | None:
    node, new = edit.place.node, edit.replacement
    if isinstance(node, ast.Call):
        if "cross_entropy" in name_of(node):
            return "slip.function", f"with probabilities where the `{name_of(node)}` takes raw scores"
        return "slip.function", f"with the `{name_of(node)}` applied twice"
    assert isinstance(new, ast.BinOp)
    what = noun(new.right, edit.place, known)
    if isinstance(new.op, ast.Div):
        return "slip.function", f"if {what} were divided by twice"
    return "slip.function", f"if {what} were {'added' if isinstance(new.op, ast.Add) else 'multiplied by'} twice"


def _number(edit: Edit, _: Known) -> Words | None:
    value, parent = literal(edit.replacement), edit.place.parent
    old = literal(edit.place.node)
    if isinstance(old, float) and 0 < abs(old) <= SMALL:
        return "slip.guard", "without the small number that guards against a division by 0"
    if isinstance(parent, ast.keyword):
        return "slip.option", f"with `{parent.arg}={value!r}`"
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Pow) and parent.right is edit.place.node:
        return "slip.number", f"with the exponent {value}"
    if isinstance(value, bool | str):
        return "slip.option", f"with `{value!r}` for an option"
    return "slip.number", f"with {value} where another number belongs"


SAYINGS: dict[str, Callable[[Edit, Known], Words | None]] = {
    **words_of_steps.SAYINGS,
    "term dropped": _dropped,
    "call dropped": _called,
    "operator": _operator,
    "swapped": _swapped,
    "sign": _sign,
    "turned": _turned,
    "axis": _axis,
    "size": _size,
    "complemented": _complement,
    "counted all": _same("slip.guard", "if a count were that of all entries, where some do not count"),
    "part": _same("slip.left-out", "with one of two parts alone, where their mean belongs"),
    "weighted": _weighted,
    "negated": _negated,
    "neighbour": _neighbour,
    "whole": _whole,
    "renamed": _renamed,
    "norm": _norm,
    "counted otherwise": _counted,
    "moved": _moved,
    "filled": _filled,
    "shifted": _shifted,
    "smallest": _smallest,
    "name": _named,
    "keyword dropped": _keyword,
    "argument ignored": _ignored,
    "step dropped": _step,
    "condition": _condition,
    "comparison": _comparison,
    "detached": _detached,
    "doubled": _doubled,
    "constant": _number,
}
