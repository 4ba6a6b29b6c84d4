"""Mutation operators for functions of tensors: another axis, another function, an option, another order."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.mutants import changes
from grader.mutants.applied import REDUCTIONS, applied, argument_of, ends, is_own, is_size, name_of, names_axis
from grader.mutants.changes import AXES, changed_to, is_module, literal, method, number
from grader.mutants.place import Place

SOFT = {"softmax", "sigmoid", "relu", "tanh"}
KEEPING = {"softmax", "log_softmax", "cumsum", "normalize", "sort"}
"""Functions along an axis that take none away."""
NORMS = {"norm": "p", "vector_norm": "ord"}
MOVING = {"sqrt", "log", "exp", "sigmoid", "tanh", "softmax", "square", "abs", "rsqrt", "relu", "clamp"}
OTHER = {
    "rsqrt": ("reciprocal", "sqrt"),
    "tanh": ("sigmoid", "relu"),
    "sigmoid": ("tanh", "relu", "softplus"),
    "relu": ("abs", "sigmoid", "tanh"),
    "gelu": ("relu", "silu"),
    "silu": ("sigmoid", "relu"),
    "tril": ("triu",),
    "triu": ("tril",),
    "sin": ("cos",),
    "cos": ("sin",),
    "norm": ("sum",),
    "stack": ("cat",),
    "cat": ("stack",),
    "floor": ("ceil", "round"),
    "mean": ("sum", "median", "amax"),
    "sum": ("mean", "amax"),
    "var": ("std",),
    "std": ("var",),
}


def axes(place: Place) -> Iterator[ast.AST]:
    """`x.mean(dim=-1)`, `x.mean(-1)` and `softmax(x, -1)` to `dim=0` and the others; `x.shape[-1]` to `x.shape[0]`."""
    value = literal(place.node)
    if type(value) is int and (names_axis(place) or is_size(place)):
        for other in (0, 1, -1, -2, 2):
            if other != value:
                yield number(other)
        if not is_size(place):
            yield ast.Tuple(elts=[number(-2), number(-1)], ctx=ast.Load())


def sizes(place: Place) -> Iterator[ast.AST]:
    """`q.shape[-1]` to the size of an axis of another argument."""
    node = place.node
    if isinstance(node, ast.Subscript) and ends(node.value, "shape") and place.function is not None:
        own = node.value.value if isinstance(node.value, ast.Attribute) else None
        for name in place.parameters[: len(place.parameters) - len(place.function.args.defaults)]:
            if not (isinstance(own, ast.Name) and own.id == name):
                shape = ast.Attribute(value=ast.Name(id=name, ctx=ast.Load()), attr="shape", ctx=ast.Load())
                yield from (ast.Subscript(value=shape, slice=number(axis), ctx=ast.Load()) for axis in (0, 1, -1))


def whole(place: Place) -> Iterator[ast.AST]:
    """`x.mean(-1)` to `x.mean()`, a softmax along an axis to one of all numbers: over everything."""
    node = place.node
    core = argument_of(node, place)
    if isinstance(node, ast.Call) and name_of(node) in {"softmax", "log_softmax"} and core is not None:
        yield method(method(method(core, "flatten"), name_of(node), number(0)), "view_as", core)
    if isinstance(node, ast.Call) and name_of(node) in REDUCTIONS - SOFT:
        own = is_own(node, place)
        kept = [] if own else node.args[:1]
        if len(node.args) > len(kept) or any(keyword.arg in AXES for keyword in node.keywords):
            others = [each for each in node.keywords if each.arg not in {*AXES, "keepdim"}]
            yield changed_to(node, args=kept, keywords=others)


def renamed(place: Place) -> Iterator[ast.AST]:
    """A function to its neighbour: `mean` to `sum`, `tanh` to `sigmoid`, `tril` to `triu`."""
    node = place.node
    if place.role == "func" and isinstance(node, ast.Attribute):
        for name in dict.fromkeys((*changes.RENAMED.get(node.attr, ()), *OTHER.get(node.attr, ()))):
            yield changed_to(node, attr=name)


def norms(place: Place) -> Iterator[ast.AST]:
    """A norm to the sum of absolute values, to its square; `x ** 2` to `x.abs()`; a `logsumexp` without its log."""
    node = place.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and literal(node.right) == 2:
        yield method(node.left, "abs")
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        yield from _unsquared(node)
    core = argument_of(node, place)
    if isinstance(node, ast.Call) and name_of(node) == "logsumexp" and core is not None:
        rest = node.args if core not in node.args else node.args[1:]
        yield changed_to(method(method(core, "exp"), "sum", *rest), keywords=node.keywords)
    if (
        isinstance(node, ast.Call)
        and name_of(node) == "pow"
        and node.args
        and literal(node.args[-1]) == 2
        and core is not None
    ):
        yield method(_expression(core), "abs")
    squared = _squared(core, place)
    if isinstance(node, ast.Call) and name_of(node) == "mean" and core is not None and squared is not None:
        spread = applied(changed_to(node, func=changed_to(node.func, attr="var")), squared, place)
        assert isinstance(spread, ast.Call)
        biased = ast.keyword(arg="unbiased", value=ast.Constant(value=False))
        yield changed_to(spread, keywords=[*node.keywords, biased])
    if isinstance(node, ast.Call) and name_of(node) in NORMS:
        keyword = NORMS[name_of(node)]
        if not any(each.arg == keyword for each in node.keywords):
            yield changed_to(node, keywords=[*node.keywords, ast.keyword(arg=keyword, value=number(1))])
        yield ast.BinOp(left=node, op=ast.Pow(), right=number(2))


def _squared(node: ast.AST | None, place: Place) -> ast.AST | None:
    """Return what is squared by `x ** 2`, `x.pow(2)` or `x.square()`."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and literal(node.right) == 2:
        return node.left
    if isinstance(node, ast.Call):
        square = name_of(node) == "square" or (
            name_of(node) == "pow" and bool(node.args) and literal(node.args[-1]) == 2
        )
        return argument_of(node, place) if square else None
    return None


def _unsquared(node: ast.BinOp) -> Iterator[ast.AST]:
    """Yield `w * x * x` as `w * x.abs()`, `x * x` as `x.abs()`."""
    left = node.left
    if ast.dump(left) == ast.dump(node.right):
        yield method(node.right, "abs")
    elif isinstance(left, ast.BinOp) and isinstance(left.op, ast.Mult) and ast.dump(left.right) == ast.dump(node.right):
        yield changed_to(left, right=method(node.right, "abs"))


def counted_otherwise(place: Place) -> Iterator[ast.AST]:
    """`x.mean(0)` and `x.mean()` to the sum over n - 1; `x.var(0)` to the biased one, and back."""
    node = place.node
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return
    own = not is_module(node.func.value, place)
    values = argument_of(node, place)
    axis = _axis(node, 0 if own else 1)
    whole = own and not node.args and not node.keywords
    if name_of(node) == "mean" and values is not None and (axis is not None or whole):
        shape = ast.Attribute(value=values, attr="shape", ctx=ast.Load())
        one = ast.Subscript(value=shape, slice=number(axis or 0), ctx=ast.Load())
        size = method(values, "numel") if whole else one
        less = ast.BinOp(left=size, op=ast.Sub(), right=number(1))
        yield ast.BinOp(left=changed_to(node, func=changed_to(node.func, attr="sum")), op=ast.Div(), right=less)
    flags = {each.arg for each in node.keywords} & {"unbiased", "correction"}
    if name_of(node) in {"var", "std"} and not flags:
        biased = ast.keyword(arg="unbiased", value=ast.Constant(value=False))
        yield changed_to(node, keywords=[*node.keywords, biased])


def _axis(node: ast.Call, place: int) -> int | None:
    given = [each.value for each in node.keywords if each.arg in AXES] or node.args[place : place + 1]
    value = literal(given[0]) if given else None
    return value if type(value) is int else None


def counted_all(place: Place) -> Iterator[ast.AST]:
    """`mask.sum(1)` to the count of all."""
    node = place.node
    if isinstance(node, ast.Call) and name_of(node) == "sum":
        core = argument_of(node, place)
        if core is not None:
            ones = ast.BinOp(left=ast.BinOp(left=core, op=ast.Mult(), right=number(0)), op=ast.Add(), right=number(1))
            yield applied(node, ones, place)


def doubled(place: Place) -> Iterator[ast.AST]:
    """`softmax(x, -1)` to the softmax of itself; `a + b` to `a + b + b`."""
    node = place.node
    if isinstance(node, ast.Call) and name_of(node) in SOFT:
        own = is_own(node, place)
        if own and isinstance(node.func, ast.Attribute):
            yield changed_to(node, func=changed_to(node.func, value=node))
        elif node.args:
            yield changed_to(node, args=[node, *node.args[1:]])
    inside = {"cross_entropy": "softmax", "binary_cross_entropy_with_logits": "sigmoid"}
    if isinstance(node, ast.Call) and name_of(node) in inside and node.args:
        axis = () if "binary" in name_of(node) else (number(-1),)
        yield changed_to(node, args=[method(node.args[0], inside[name_of(node)], *axis), *node.args[1:]])
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mult | ast.Div):
        yield ast.BinOp(left=node, op=node.op, right=node.right)
        if not isinstance(node.op, ast.Div):
            yield ast.BinOp(left=node, op=node.op, right=node.left)


def moved(place: Place) -> Iterator[ast.AST]:
    """`f(a + b)` to `f(a) + b`, `f(a) + b` to `f(a + b)`, `f(g(x))` to `g(f(x))`: done too early, or too late."""
    node = place.node
    inner = argument_of(node, place)
    if isinstance(node, ast.Call) and isinstance(inner, ast.BinOp) and name_of(node) in MOVING:
        if name_of(node) == "rsqrt":
            root = ast.BinOp(left=method(inner.left, "sqrt"), op=inner.op, right=inner.right)
            yield ast.BinOp(left=number(1), op=ast.Div(), right=root)
        else:
            yield changed_to(inner, left=applied(node, inner.left, place))
    if isinstance(node, ast.Call) and inner is not None and isinstance(inner, ast.Call):
        core = argument_of(inner, place)
        if core is not None:
            yield applied(_renumbered(inner, node, place), applied(node, core, place), place)
    if isinstance(node, ast.BinOp):
        for side, other in (("left", "right"), ("right", "left")):
            call = getattr(node, side)
            core = argument_of(call, place)
            if core is not None and name_of(call) in MOVING and isinstance(node.op, ast.Add | ast.Sub | ast.Mult):
                yield applied(call, changed_to(node, **{side: core, other: getattr(node, other)}), place)


def _renumbered(call: ast.Call, before: ast.Call, place: Place) -> ast.Call:
    """Return a call with its axis counted as it is after a function that takes an axis away."""
    gone, kept = (_axis(each, 0 if is_own(each, place) else 1) for each in (before, call))
    flags = any(each.arg == "keepdim" for each in before.keywords)
    if gone is None or kept is None or name_of(before) not in REDUCTIONS - KEEPING or flags:
        return call
    if (gone < 0) != (kept < 0) or not (0 <= gone < kept or kept < gone < 0):
        return call
    return _along(call, number(kept + (1 if kept < 0 else -1)), place)


def _along(call: ast.Call, axis: ast.expr, place: Place) -> ast.Call:
    named = [changed_to(each, value=axis) if each.arg in AXES else each for each in call.keywords]
    if any(each.arg in AXES for each in call.keywords):
        return changed_to(call, keywords=named)
    at = 0 if is_own(call, place) else 1
    return changed_to(call, args=[*call.args[:at], axis, *call.args[at + 1 :]])


def filled(place: Place) -> Iterator[ast.AST]:
    """`x.masked_fill(mask, -inf)` to 0 in place of it; `softmax(x.masked_fill(m, v))` to a softmax, and then 0."""
    node = place.node
    if isinstance(node, ast.Call) and name_of(node) == "masked_fill" and len(node.args) > 1:
        yield changed_to(node, args=[*node.args[:-1], number(0)])
        for low in (1, 1e9):
            yield changed_to(node, args=[*node.args[:-1], number(-low)])
    inner = argument_of(node, place)
    if isinstance(node, ast.Call) and name_of(node) in SOFT and isinstance(inner, ast.Call):
        core = argument_of(inner, place)
        if name_of(inner) == "masked_fill" and core is not None:
            yield method(_expression(applied(node, core, place)), "masked_fill", *inner.args[-2:-1], number(0))
        if name_of(inner) == "where" and len(inner.args) == 3:
            for kept in (1, 2):
                values: list[ast.expr] = [number(0), number(0)]
                values[kept - 1] = _expression(applied(node, inner.args[kept], place))
                yield changed_to(inner, args=[inner.args[0], *values])


def _expression(node: ast.AST) -> ast.expr:
    assert isinstance(node, ast.expr)
    return node


def smallest(place: Place) -> Iterator[ast.AST]:
    """`x.topk(k)` to the smallest, a sort to the other direction."""
    node = place.node
    flag = {"topk": ("largest", False), "sort": ("descending", True), "argsort": ("descending", True)}
    if isinstance(node, ast.Call) and name_of(node) in flag:
        name, value = flag[name_of(node)]
        if not any(each.arg == name for each in node.keywords):
            yield changed_to(node, keywords=[*node.keywords, ast.keyword(arg=name, value=ast.Constant(value=value))])
