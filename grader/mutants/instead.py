"""Mutation operators for what stands in for something like it: a smooth bound, a product of means, a factor in a power."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

from grader.mutants.applied import applied, argument_of, axis_of, name_of
from grader.mutants.changes import changed_to, literal, method, negative, number
from grader.mutants.place import Place

BOUNDED = {"clamp", "clamp_min", "clip", "relu", "maximum"}
EVEN = {"square", "abs"}
SIDES = ("left", "right")


def smooth(place: Place) -> Iterator[ast.AST]:
    """`x.clamp(min=0)` and `relu(x)` to `softplus(x)`."""
    found = _bounded(place)
    if found is not None and literal(found[1]) == 0:
        zeros = ast.BinOp(left=found[0], op=ast.Mult(), right=number(0))
        yield method(found[0], "logaddexp", zeros)


def added(place: Place) -> Iterator[ast.AST]:
    """`x.clamp(min=eps)` to `x + eps`."""
    found = _bounded(place)
    if found is not None and literal(found[1]) != 0:
        yield ast.BinOp(left=found[0], op=ast.Add(), right=found[1])


def _bounded(place: Place) -> tuple[ast.expr, ast.expr] | None:
    """Return what has a lower bound only, and that bound."""
    node = place.node
    core = argument_of(node, place)
    if not isinstance(node, ast.Call) or core is None or name_of(node) not in BOUNDED:
        return None
    if name_of(node) == "relu":
        return core, number(0)
    given = [each.value for each in node.keywords if each.arg == "min"]
    rest = [each for each in node.args if each is not core]
    if len(given) + len(rest) != 1 or any(each.arg not in {"min", "input"} for each in node.keywords):
        return None
    return core, (given + rest)[0]


def apart(place: Place) -> Iterator[ast.AST]:
    """`(a * b).mean()` to `a.mean() * b.mean()`, `(a / b).mean()` to `a.mean() / b.mean()`."""
    node = place.node
    core = argument_of(node, place)
    if not (isinstance(node, ast.Call) and name_of(node) == "mean" and isinstance(core, ast.BinOp)):
        return
    if isinstance(core.op, ast.Mult | ast.Div) and literal(core.left) is None and literal(core.right) is None:
        yield changed_to(core, left=applied(node, core.left, place), right=applied(node, core.right, place))


def together(place: Place) -> Iterator[ast.AST]:
    """`a.mean(0) * b.mean(0)` to `(a * b).mean(0)`."""
    node = place.node
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Mult):
        return
    one, other, left = argument_of(node.left, place), argument_of(node.right, place), node.left
    if not isinstance(left, ast.Call) or name_of(left) not in {"sum", "mean"} or one is None or other is None:
        return
    if ast.dump(applied(left, other, place)) == ast.dump(node.right):
        yield applied(left, changed_to(node, left=one, right=other), place)


def powered(place: Place) -> Iterator[ast.AST]:
    """`w * c ** p` to `w ** p * c ** p`, as in `(w * c) ** p`; `exp(p * log(c))` is a power too."""
    node = place.node
    if not _is_product(node) or _is_product(place.parent):
        return
    factors = list(_factors(node))
    for power in factors:
        exponents = list(_exponents(power, place))
        for factor in factors:
            if factor is not power and literal(factor) is None:
                for exponent in exponents:
                    yield _exchanged(node, factor, ast.BinOp(left=factor, op=ast.Pow(), right=exponent))
                    if not isinstance(factor, ast.Name) or factor.id not in place.parameters:
                        yield _exchanged(node, factor, _negative_power(factor, exponent))


def _is_product(node: ast.AST | None) -> TypeGuard[ast.BinOp]:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult)


def _factors(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield from _factors(node.operand)
    elif _is_product(node):
        yield from _factors(node.left)
        yield from _factors(node.right)
    else:
        yield node


def _exponents(node: ast.expr, place: Place) -> Iterator[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        yield node.right
    if isinstance(node, ast.Call) and name_of(node) == "pow" and node.args:
        yield node.args[-1]
    core = argument_of(node, place)
    if isinstance(node, ast.Call) and name_of(node) == "exp" and _is_product(core):
        for exponent, logarithm in ((core.left, core.right), (core.right, core.left)):
            if isinstance(logarithm, ast.Call) and "log" in name_of(logarithm):
                yield exponent


def _negative_power(factor: ast.expr, exponent: ast.expr) -> ast.expr:
    """Return the power of a number below 0, such as a logarithm, with the minus sign outside."""
    return negative(ast.BinOp(left=negative(factor), op=ast.Pow(), right=exponent))


def _exchanged(node: ast.expr, factor: ast.expr, new: ast.expr) -> ast.expr:
    """Return a product with another factor in the place of one."""
    if node is factor:
        return new
    if isinstance(node, ast.UnaryOp):
        return changed_to(node, operand=_exchanged(node.operand, factor, new))
    if _is_product(node):
        return changed_to(node, **{side: _exchanged(getattr(node, side), factor, new) for side in SIDES})
    return node


def each(place: Place) -> Iterator[ast.AST]:
    """`(a - b) ** 2` to `a ** 2 - b ** 2`, `(a - b).abs()` to `a.abs() - b.abs()`."""
    node = place.node
    core = argument_of(node, place)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and _is_difference(node.left):
        yield changed_to(node.left, **{side: changed_to(node, left=getattr(node.left, side)) for side in SIDES})
    if isinstance(node, ast.Call) and name_of(node) in EVEN and _is_difference(core):
        yield changed_to(core, **{side: applied(node, getattr(core, side), place) for side in SIDES})


def _is_difference(node: ast.AST | None) -> TypeGuard[ast.BinOp]:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub)


def nonzero(place: Place) -> Iterator[ast.AST]:
    """`x.mean()` to the mean of what is not 0."""
    node = place.node
    core = argument_of(node, place)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and name_of(node) == "mean" and core:
        some = ast.Compare(left=core, ops=[ast.NotEq()], comparators=[number(0)])
        total = changed_to(node, func=changed_to(node.func, attr="sum"))
        count = method(applied(total, some, place), "clamp", number(1))  # type: ignore[arg-type]
        yield ast.BinOp(left=total, op=ast.Div(), right=count)


def hardened(place: Place) -> Iterator[ast.AST]:
    """`sigmoid(x)` to 1 where it is above a half and 0 elsewhere, `softmax(x, 1)` to 1 for the largest alone."""
    node = place.node
    if not isinstance(node, ast.Call) or argument_of(node, place) is None:
        return
    dtype = ast.Attribute(value=node, attr="dtype", ctx=ast.Load())
    if name_of(node) == "sigmoid":
        yield method(method(node, "gt", number(0.5)), "to", dtype)
    if name_of(node) == "softmax":
        axis = axis_of(node, place)
        if axis is not None:
            keep = ast.keyword(arg="keepdim", value=ast.Constant(value=True))
            best = changed_to(method(node, "argmax", axis), keywords=[keep])
            yield method(
                method(node, "new_zeros", ast.Attribute(value=node, attr="shape", ctx=ast.Load())),
                "scatter",
                axis,
                best,
                number(1.0),
            )


def softened(place: Place) -> Iterator[ast.AST]:
    """`one_hot(x.argmax(1), n)` to `softmax(x, 1)`."""
    node, best = place.node, argument_of(place.node, place)
    if (
        isinstance(node, ast.Call)
        and name_of(node) == "one_hot"
        and isinstance(best, ast.Call)
        and name_of(best) == "argmax"
    ):
        core, axis = argument_of(best, place), axis_of(best, place)
        if core is not None and axis is not None:
            yield method(core, "softmax", axis)
