"""Mutation operators for formulas: another number, weights exchanged, a part alone, a step left out, another name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from grader.mutants import changes
from grader.mutants.applied import argument_of, is_own, is_size, name_of, names_axis
from grader.mutants.changes import changed_to, literal, method, negative, number
from grader.mutants.place import Place

TURNED = {"T", "mT"}
TURNING = {"transpose", "permute", "swapaxes", "swapdims", "movedim", "moveaxis", "t"}
SMALL = 1e-3
"""A number up to this guards against a division by 0."""


def constants(place: Place) -> Iterator[ast.AST]:
    """A number to 0, 1, one more or less, its double, its half, its inverse, its negative; a flag to the other."""
    value = literal(place.node)
    negative = isinstance(place.parent, ast.UnaryOp) and isinstance(place.parent.op, ast.USub)
    if isinstance(value, bool | str):
        yield from changes.constants(place)
    elif isinstance(value, int | float) and not negative and not names_axis(place) and not is_size(place):
        near = (0 * value, 1, 1.0, value + 1, value - 1, 2 * value, value / 2, -value, 10 * value, value / 10)
        inverse = (1 / value,) if value else ()
        for other in dict.fromkeys((0,) if 0 < abs(value) <= SMALL else (*near, *inverse)):
            if other != value:
                yield number(int(other) if isinstance(value, int) and other == int(other) else other)


def turned(place: Place) -> Iterator[ast.AST]:
    """`x.T` to `x`, `a @ b` to `a @ b.mT`, to `a.mT @ b`, and a mask to the transposed one."""
    node = place.node
    if isinstance(node, ast.Call) and name_of(node) == "masked_fill" and len(node.args) > 1:
        turned_mask = ast.Attribute(value=node.args[-2], attr="mT", ctx=ast.Load())
        yield changed_to(node, args=[*node.args[:-2], turned_mask, node.args[-1]])
    if isinstance(node, ast.Attribute) and node.attr in TURNED:
        yield node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        for side in ("left", "right"):
            yield changed_to(node, **{side: ast.Attribute(value=getattr(node, side), attr="mT", ctx=ast.Load())})


def reshaped(place: Place) -> Iterator[ast.AST]:
    """`x.transpose(1, 2)` to `x` reshaped to what has the shape of that: the numbers are read in another order."""
    node, core = place.node, argument_of(place.node, place)
    if isinstance(node, ast.Attribute) and node.attr in TURNED and isinstance(node.ctx, ast.Load):
        core = node.value
    elif not isinstance(node, ast.Call) or name_of(node) not in TURNING:
        return
    if core is not None and isinstance(node, ast.expr):
        yield method(core, "reshape", ast.Attribute(value=node, attr="shape", ctx=ast.Load()))


def complemented(place: Place) -> Iterator[ast.AST]:
    """A weight `w` to `1 - w`, where the function has both: made everywhere, the two weights change places."""
    node = place.node
    if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load) and place.function is not None:
        if place.role in {"func", "defaults"} or ast.dump(node) not in _weights(place.function):
            return
        yield ast.BinOp(left=number(1), op=ast.Sub(), right=node)


def _weights(function: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(function):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and literal(node.left) == 1:
            found.add(ast.dump(node.right))
        if isinstance(node, ast.Call) and name_of(node) in {"lerp", "lerp_"}:
            found.add(ast.dump(node.args[-1])) if node.args else None
    return found


def weighted(place: Place) -> Iterator[ast.AST]:
    """`w * a + b` to `w * a + (1 - w) * b`: a mean where a sum belongs."""
    node = place.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        for side, other in (("left", "right"), ("right", "left")):
            product = getattr(node, side)
            if isinstance(product, ast.BinOp) and isinstance(product.op, ast.Mult):
                for weight in (product.left, product.right):
                    if _is_given(weight, place):
                        rest = ast.BinOp(left=number(1), op=ast.Sub(), right=weight)
                        yield changed_to(
                            node, **{other: ast.BinOp(left=rest, op=ast.Mult(), right=getattr(node, other))}
                        )


def _is_given(node: ast.expr, place: Place) -> bool:
    """Tell whether code is a parameter, or an attribute of `self`."""
    if isinstance(node, ast.Attribute):
        return isinstance(node.value, ast.Name) and node.value.id == "self"
    return isinstance(node, ast.Name) and node.id in place.parameters


def rotated(place: Place) -> Iterator[ast.AST]:
    """`[-b, a]` to `[b, -a]`: a quarter turn the other way."""
    node = place.node
    if isinstance(node, ast.List | ast.Tuple) and len(node.elts) == 2:
        signs = [isinstance(each, ast.UnaryOp) and isinstance(each.op, ast.USub) for each in node.elts]
        if sum(signs) == 1:
            turned = [each.operand if isinstance(each, ast.UnaryOp) else negative(each) for each in node.elts]
            yield changed_to(node, elts=turned)


def parts(place: Place) -> Iterator[ast.AST]:
    """`(a + b) / 2` to `a`, to `b`."""
    node = place.node
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Div | ast.Mult):
        return
    if isinstance(node.left, ast.BinOp) and isinstance(node.left.op, ast.Add) and literal(node.right) in {2, 0.5}:
        yield node.left.left
        yield node.left.right


def negated(place: Place) -> Iterator[ast.AST]:
    """`x = f(y)` to `x = -f(y)`."""
    if place.role == "value" and isinstance(place.parent, ast.Assign) and isinstance(place.node, ast.BinOp | ast.Call):
        yield ast.UnaryOp(op=ast.USub(), operand=place.node)


def neighbours(place: Place) -> Iterator[ast.AST]:
    """A value to one that it was made from, or that was made from it: a step is left out, or is taken too early."""
    node = place.node
    if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load) or place.function is None:
        return
    if place.role in {"func", "defaults"} or (not place.is_number and place.role != "value"):
        return
    made = _made(place.function)
    before = [name for name in made.get(node.id, ()) if name != node.id]
    after = [name for name, sources in made.items() if node.id in sources and name != node.id]
    yield from (ast.Name(id=name, ctx=ast.Load()) for name in dict.fromkeys((*before, *after)))


def _made(function: ast.AST) -> dict[str, list[str]]:
    """Return the names that the value of each local name is made from."""
    found: dict[str, list[str]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            names = [each.id for each in ast.walk(node.value) if isinstance(each, ast.Name)]
            found.setdefault(node.targets[0].id, []).extend(names)
    return found


def shifted(place: Place) -> Iterator[ast.AST]:
    """A count off by one: `b ** t` to `b ** (t + 1)`, `arange(n)` from 1, a triangle's diagonal one further."""
    node = place.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and literal(node.right) is None:
        for op in (ast.Add(), ast.Sub()):
            yield changed_to(node, right=ast.BinOp(left=node.right, op=op, right=number(1)))
        yield changed_to(node, op=ast.Mult())
    if isinstance(node, ast.Call) and name_of(node) == "arange":
        yield ast.BinOp(left=node, op=ast.Add(), right=number(1))
    if isinstance(node, ast.Call) and name_of(node) in {"tril", "triu"}:
        own = is_own(node, place)
        given = node.args[0 if own else 1 :]
        if given:
            mirror = {"tril": "triu", "triu": "tril"}[name_of(node)]
            turned_round = [*node.args[: 0 if own else 1], ast.UnaryOp(op=ast.USub(), operand=given[0])]
            yield changed_to(node, func=changed_to(node.func, attr=mirror), args=turned_round)
        elif not node.keywords:
            for diagonal in (1, -1):
                yield changed_to(node, keywords=[ast.keyword(arg="diagonal", value=number(diagonal))])


def exchanged(place: Place) -> Iterator[ast.AST]:
    """`[a, b]` to `[b, a]`; `q, k, v = ...` to `k, q, v = ...`."""
    node = place.node
    if isinstance(node, ast.List | ast.Tuple) and place.function is not None:
        for first in range(len(node.elts) - 1):
            elements = [*node.elts]
            elements[first], elements[first + 1] = elements[first + 1], elements[first]
            yield changed_to(node, elts=elements)


def other_names(place: Place) -> Iterator[ast.AST]:
    """One name of a group for another: an argument for the next one, one of two values made alike."""
    node = place.node
    if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load) or place.function is None:
        return
    if place.role not in {"func", "defaults", "kw_defaults"}:
        group = next((each for each in _groups(place.function) if node.id in each), [])
        yield from (ast.Name(id=other, ctx=ast.Load()) for other in group if other != node.id)


def _groups(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[list[str]]:
    """Return groups of names that could stand for each other."""
    plain = [arg.arg for arg in function.args.args if arg.arg != "self"]
    given = len(plain) - len(function.args.defaults)
    groups = [plain[:given], [*plain[given:], *(arg.arg for arg in function.args.kwonlyargs)]]
    alike: dict[str, list[str]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            if isinstance(target, ast.Tuple):
                groups.append([each.id for each in target.elts if isinstance(each, ast.Name)])
            elif isinstance(target, ast.Name):
                alike.setdefault(re.sub(r"id='\w+'", "", ast.dump(node.value)), []).append(target.id)
    return [group for group in (*groups, *alike.values()) if len(set(group)) > 1]


def steps_dropped(place: Place) -> Iterator[ast.AST]:
    """`x = f(x)` and `x += 1` to nothing: a step is left out."""
    node = place.node
    yield from changes.statements_dropped(place)
    if isinstance(node, ast.Assign) and place.function is not None and len(node.targets) == 1:
        target = node.targets[0]
        names = {each.id for each in ast.walk(target) if isinstance(each, ast.Name)}
        read = {each.id for each in ast.walk(node.value) if isinstance(each, ast.Name)}
        if names and names <= read and isinstance(target, ast.Name | ast.Tuple):
            yield ast.Pass()
