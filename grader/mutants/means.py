"""Mutation operators for sums and means: of absolute values, divided by the weights, taken before a step and not after."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.mutants.applied import applied, argument_of, name_of
from grader.mutants.changes import changed_to, defaults_of, is_module, literal, method, number
from grader.mutants.logs import is_log
from grader.mutants.nouns import assigned
from grader.mutants.place import Place

LINEAR = {
    "sum",
    "mean",
    "flatten",
    "reshape",
    "view",
    "transpose",
    "permute",
    "unsqueeze",
    "squeeze",
    "detach",
    "float",
}
LINEAR |= {"gather", "to", "len", "int", "range"}
"""Functions of which it makes no difference whether they come before or after a sum, and those that want no tensor."""


def magnitudes(place: Place) -> Iterator[ast.AST]:
    """`(a - b).sum()` to `(a - b).abs().sum()`: only of what may be negative."""
    node, core = place.node, argument_of(place.node, place)
    if isinstance(node, ast.Call) and name_of(node) in {"sum", "mean"} and core is not None and _has_signs(core, place):
        yield applied(node, method(core, "abs"), place)


def _has_signs(node: ast.AST, place: Place, *, deep: bool = True) -> bool:
    """Tell whether code is a difference, or a product with one, by its form."""
    if isinstance(node, ast.Name) and deep:
        return any(_has_signs(each, place, deep=False) for each in assigned(node.id, place))
    if isinstance(node, ast.UnaryOp):
        return _has_signs(node.operand, place, deep=deep)
    if not isinstance(node, ast.BinOp):
        return False
    if isinstance(node.op, ast.Sub):
        return literal(node.left) is None and literal(node.right) is None
    parts = (node.left, node.right) if isinstance(node.op, ast.Mult | ast.Div) else ()
    return any(_has_signs(each, place, deep=deep) for each in parts)


def per_weight(place: Place) -> Iterator[ast.AST]:
    """`(w * x).mean()` to `(w * x).sum() / w.sum()`, for each factor that may be a weight."""
    node, core = place.node, argument_of(place.node, place)
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or name_of(node) != "mean":
        return
    total = changed_to(node, func=changed_to(node.func, attr="sum"))
    made = assigned(core.id, place) if isinstance(core, ast.Name) else [core]
    plain = (
        {arg.arg for arg, _ in defaults_of(place.function)} if isinstance(place.function, ast.FunctionDef) else set()
    )
    for factor in _factors(made[0]) if len(made) == 1 and made[0] is not None else ():
        is_plain = isinstance(factor, ast.Name) and factor.id in plain
        if not is_plain and literal(factor) is None and not is_log(factor, place):
            yield ast.BinOp(left=total, op=ast.Div(), right=applied(total, factor, place))  # type: ignore[arg-type]


def _factors(node: ast.AST) -> list[ast.expr]:
    """Return the factors of a product, without a minus sign in front; nothing for what is no product."""
    if isinstance(node, ast.UnaryOp):
        return _factors(node.operand)
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Mult):
        return []
    return [one for side in (node.left, node.right) for one in _factors(side) or [side]]


def joined(place: Place) -> Iterator[ast.AST]:
    """`f(a) + f(b)` to `f(a + b)`, half of it to `f((a + b) / 2)`; `f(a) - f(b)` to `f(a - b)`."""
    node = place.node
    if not isinstance(node, ast.BinOp):
        return
    for total, factor in ((node.left, node.right), (node.right, node.left)):
        halved = (isinstance(node.op, ast.Div) and factor is node.right and literal(factor) == 2) or (
            isinstance(node.op, ast.Mult) and literal(factor) == 0.5
        )
        if halved and isinstance(total, ast.BinOp) and isinstance(total.op, ast.Add):
            yield from _joined(total, place, halved=True)
    if isinstance(node.op, ast.Add | ast.Sub) and not _is_halved(place):
        yield from _joined(node, place, halved=False)


def _is_halved(place: Place) -> bool:
    parent = place.parent
    return isinstance(parent, ast.BinOp) and any(literal(each) in {2, 0.5} for each in (parent.left, parent.right))


def _joined(total: ast.BinOp, place: Place, *, halved: bool) -> Iterator[ast.AST]:
    one, other = total.left, total.right
    if not isinstance(one, ast.Call) or not isinstance(other, ast.Call) or name_of(one) in LINEAR:
        return
    own = [(each, _is_method(each, place)) for each in (one, other)]
    first, second = ([each.func.value] * way + each.args for each, way in own)  # type: ignore[attr-defined]
    apart = [at for at, pair in enumerate(zip(first, second, strict=False)) if ast.dump(pair[0]) != ast.dump(pair[1])]
    alike = name_of(one) == name_of(other) and own[0][1] == own[1][1] and len(first) == len(second)
    alike = alike and [*map(ast.dump, one.keywords)] == [*map(ast.dump, other.keywords)]
    if not alike or len(apart) != 1 or (not own[0][1] and ast.dump(one.func) != ast.dump(other.func)):
        return
    at = apart[0]
    both = ast.BinOp(left=first[at], op=total.op, right=second[at])
    merged = ast.BinOp(left=both, op=ast.Div(), right=number(2)) if halved else both
    if own[0][1] and at == 0:
        yield applied(one, merged, place)
    else:
        index = at - own[0][1]
        yield changed_to(one, args=[*one.args[:index], merged, *one.args[index + 1 :]])


def _is_method(node: ast.Call, place: Place) -> bool:
    return isinstance(node.func, ast.Attribute) and not is_module(node.func.value, place)
