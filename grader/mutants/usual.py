"""More mutation operators: what people write in place of the right formula. Cases need not tell these apart."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from grader.mutants import changes
from grader.mutants.changes import AXES, Change, changed_to, is_module, literal, method, number
from grader.mutants.place import Place

REDUCTIONS = {"sum", "mean", "amax", "amin", "logsumexp", "softmax", "log_softmax", "std", "var", "norm", "cumsum"}
REDUCTIONS |= {"max", "min", "argmax", "argmin", "prod", "median", "vector_norm", "normalize", "all", "any", "sort"}
"""Functions whose first argument after the tensor names an axis, or whose number there does."""
SOFT = {"softmax", "sigmoid", "relu", "tanh"}
NORMS = {"norm": "p", "vector_norm": "ord"}
MOVING = {"sqrt", "log", "exp", "sigmoid", "tanh", "softmax", "square", "abs", "rsqrt", "relu", "clamp"}
TURNED = {"T", "mT"}
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
SMALL = 1e-3
"""A number up to this guards against a division by 0."""


def axes(place: Place) -> Iterator[ast.AST]:
    """`x.mean(dim=-1)`, `x.mean(-1)` and `softmax(x, -1)` to `dim=0` and the others; `x.shape[-1]` to `x.shape[0]`."""
    value = literal(place.node)
    if type(value) is int and (_names_axis(place) or _is_size(place)):
        for other in (0, 1, -1, -2, 2):
            if other != value:
                yield number(other)


def _names_axis(place: Place) -> bool:
    parent = place.parent
    if isinstance(parent, ast.keyword):
        return parent.arg in AXES
    if not isinstance(parent, ast.Call) or place.role != "args" or name_of(parent) not in REDUCTIONS:
        return False
    own = isinstance(parent.func, ast.Attribute) and not is_module(parent.func.value, place)
    return parent.args.index(place.node) == (0 if own else 1)  # type: ignore[arg-type]


def _is_size(place: Place) -> bool:
    parent = place.parent
    of_shape = isinstance(parent, ast.Subscript) and _ends(parent.value, "shape")
    of_size = isinstance(parent, ast.Call) and place.role == "args" and name_of(parent) == "size"
    return (of_shape and place.role == "slice") or of_size


def _ends(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == name


def whole(place: Place) -> Iterator[ast.AST]:
    """`x.mean(-1)` to `x.mean()`: over everything."""
    node = place.node
    if isinstance(node, ast.Call) and name_of(node) in REDUCTIONS - SOFT:
        own = isinstance(node.func, ast.Attribute) and not is_module(node.func.value, place)
        kept = [] if own else node.args[:1]
        if len(node.args) > len(kept) or any(keyword.arg in AXES for keyword in node.keywords):
            others = [each for each in node.keywords if each.arg not in {*AXES, "keepdim"}]
            yield changed_to(node, args=kept, keywords=others)


def constants(place: Place) -> Iterator[ast.AST]:
    """A number to 0, 1, one more or less, its double, its half, its inverse, its negative; a flag to the other."""
    value = literal(place.node)
    negative = isinstance(place.parent, ast.UnaryOp) and isinstance(place.parent.op, ast.USub)
    if isinstance(value, bool) or isinstance(value, str):
        yield from changes.constants(place)
    elif isinstance(value, int | float) and not negative and not _names_axis(place) and not _is_size(place):
        near = (0 * value, 1, 1.0, value + 1, value - 1, 2 * value, value / 2, -value, 10 * value, value / 10)
        inverse = (1 / value,) if value else ()
        for other in dict.fromkeys((0,) if 0 < abs(value) <= SMALL else (*near, *inverse)):
            if other != value:
                yield number(int(other) if isinstance(value, int) and other == int(other) else other)


def renamed(place: Place) -> Iterator[ast.AST]:
    """A function to its neighbour: `mean` to `sum`, `tanh` to `sigmoid`, `tril` to `triu`."""
    node = place.node
    if place.role == "func" and isinstance(node, ast.Attribute):
        for name in dict.fromkeys((*changes.RENAMED.get(node.attr, ()), *OTHER.get(node.attr, ()))):
            yield changed_to(node, attr=name)


def turned(place: Place) -> Iterator[ast.AST]:
    """`x.T` to `x`, and `a @ b` to `a @ b.mT`, to `a.mT @ b`."""
    node = place.node
    if isinstance(node, ast.Attribute) and node.attr in TURNED:
        yield node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        for side in ("left", "right"):
            yield changed_to(node, **{side: ast.Attribute(value=getattr(node, side), attr="mT", ctx=ast.Load())})


def norms(place: Place) -> Iterator[ast.AST]:
    """A norm to the sum of absolute values, to its square."""
    node = place.node
    if isinstance(node, ast.Call) and name_of(node) in NORMS:
        keyword = NORMS[name_of(node)]
        if not any(each.arg == keyword for each in node.keywords):
            yield changed_to(node, keywords=[*node.keywords, ast.keyword(arg=keyword, value=number(1))])
        yield ast.BinOp(left=node, op=ast.Pow(), right=number(2))


def doubled(place: Place) -> Iterator[ast.AST]:
    """`softmax(x, -1)` to the softmax of itself; `a + b` to `a + b + b`."""
    node = place.node
    if isinstance(node, ast.Call) and name_of(node) in SOFT:
        own = isinstance(node.func, ast.Attribute) and not is_module(node.func.value, place)
        if own and isinstance(node.func, ast.Attribute):
            yield changed_to(node, func=changed_to(node.func, value=node))
        elif node.args:
            yield changed_to(node, args=[node, *node.args[1:]])
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mult | ast.Div):
        yield ast.BinOp(left=node, op=node.op, right=node.right)
        if not isinstance(node.op, ast.Div):
            yield ast.BinOp(left=node, op=node.op, right=node.left)


def counted_otherwise(place: Place) -> Iterator[ast.AST]:
    """`x.mean(0)` to the sum over n - 1; `x.var(0)` to the biased one, and back."""
    node = place.node
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return
    own = not is_module(node.func.value, place)
    values = node.func.value if own else (node.args or [None])[0]
    axis = _axis(node, 0 if own else 1)
    if name_of(node) == "mean" and values is not None and axis is not None:
        size = ast.Subscript(
            value=ast.Attribute(value=values, attr="shape", ctx=ast.Load()), slice=number(axis), ctx=ast.Load()
        )
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


def moved(place: Place) -> Iterator[ast.AST]:
    """`f(a + b)` to `f(a) + b`, `f(a) + b` to `f(a + b)`, `f(g(x))` to `g(f(x))`: done too early, or too late."""
    node = place.node
    inner = _argument(node, place)
    if isinstance(node, ast.Call) and inner is not None and name_of(node) in MOVING:
        if isinstance(inner, ast.BinOp):
            if name_of(node) == "rsqrt":
                root = ast.BinOp(left=method(inner.left, "sqrt"), op=inner.op, right=inner.right)
                yield ast.BinOp(left=number(1), op=ast.Div(), right=root)
            else:
                yield changed_to(inner, left=_applied(node, inner.left, place))
    if isinstance(node, ast.Call) and inner is not None and isinstance(inner, ast.Call):
        core = _argument(inner, place)
        if core is not None:
            yield _applied(inner, _applied(node, core, place), place)
    if isinstance(node, ast.BinOp):
        for side, other in (("left", "right"), ("right", "left")):
            call = getattr(node, side)
            core = _argument(call, place)
            if core is not None and name_of(call) in MOVING and isinstance(node.op, ast.Add | ast.Sub | ast.Mult):
                yield _applied(call, changed_to(node, **{side: core, other: getattr(node, other)}), place)


def _argument(node: ast.AST, place: Place) -> ast.expr | None:
    """Return what a call is applied to: the object of a method, the first argument of a function."""
    if not isinstance(node, ast.Call):
        return None
    if isinstance(node.func, ast.Attribute) and not is_module(node.func.value, place):
        return node.func.value
    return node.args[0] if node.args else None


def _applied(call: ast.Call, to: ast.AST, place: Place) -> ast.AST:
    """Return the same call applied to something else."""
    if isinstance(call.func, ast.Attribute) and not is_module(call.func.value, place):
        return changed_to(call, func=changed_to(call.func, value=to))
    return changed_to(call, args=[to, *call.args[1:]])


def filled(place: Place) -> Iterator[ast.AST]:
    """`x.masked_fill(mask, -inf)` to 0 in place of it; `softmax(x.masked_fill(m, v))` to a softmax, and then 0."""
    node = place.node
    if isinstance(node, ast.Call) and name_of(node) == "masked_fill" and len(node.args) > 1:
        yield changed_to(node, args=[*node.args[:-1], number(0)])
        yield changed_to(node, args=[*node.args[:-1], ast.UnaryOp(op=ast.USub(), operand=number(1))])
    inner = _argument(node, place)
    if isinstance(node, ast.Call) and name_of(node) in SOFT and isinstance(inner, ast.Call):
        core = _argument(inner, place)
        if name_of(inner) == "masked_fill" and core is not None:
            yield method(_expression(_applied(node, core, place)), "masked_fill", *inner.args[-2:-1], number(0))
        if name_of(inner) == "where" and len(inner.args) == 3:
            for kept in (1, 2):
                values: list[ast.expr] = [number(0), number(0)]
                values[kept - 1] = _expression(_applied(node, inner.args[kept], place))
                yield changed_to(inner, args=[inner.args[0], *values])


def _expression(node: ast.AST) -> ast.expr:
    assert isinstance(node, ast.expr)
    return node


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
        own = isinstance(node.func, ast.Attribute) and not is_module(node.func.value, place)
        if len(node.args) == (0 if own else 1) and not node.keywords:
            for diagonal in (1, -1):
                yield changed_to(node, keywords=[ast.keyword(arg="diagonal", value=number(diagonal))])


def smallest(place: Place) -> Iterator[ast.AST]:
    """`x.topk(k)` to the smallest, a sort to the other direction."""
    node = place.node
    flag = {"topk": ("largest", False), "sort": ("descending", True), "argsort": ("descending", True)}
    if isinstance(node, ast.Call) and name_of(node) in flag:
        name, value = flag[name_of(node)]
        if not any(each.arg == name for each in node.keywords):
            yield changed_to(node, keywords=[*node.keywords, ast.keyword(arg=name, value=ast.Constant(value=value))])


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
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and place.function is not None:
        if place.role not in {"func", "defaults", "kw_defaults"}:
            for group in _groups(place.function):
                if node.id in group:
                    yield from (ast.Name(id=other, ctx=ast.Load()) for other in group if other != node.id)
                    return


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


def name_of(node: ast.Call) -> str:
    """Return the last part of what a call calls."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


USUAL: dict[str, Change] = {
    "term dropped": changes.dropped_terms,
    "call dropped": changes.calls_dropped,
    "operator": changes.operators,
    "swapped": changes.swapped,
    "sign": changes.signs,
    "turned": turned,
    "axis": axes,
    "whole": whole,
    "renamed": renamed,
    "norm": norms,
    "counted otherwise": counted_otherwise,
    "moved": moved,
    "filled": filled,
    "shifted": shifted,
    "smallest": smallest,
    "exchanged": exchanged,
    "name": other_names,
    "keyword dropped": changes.keywords_dropped,
    "argument ignored": changes.arguments_ignored,
    "step dropped": steps_dropped,
    "condition": changes.conditions,
    "comparison": changes.comparisons,
    "detached": changes.detached,
    "doubled": doubled,
    "constant": constants,
}
"""Every operator whose mutants are slips, by name; where two mutants are alike, the earlier tells it better."""
