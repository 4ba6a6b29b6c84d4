"""The mutation operators: each takes a place and yields what may stand there instead."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from typing import TypeVar

from grader.mutants.place import Place

Change = Callable[[Place], Iterator[ast.AST]]
Node = TypeVar("Node", bound=ast.AST)

ARITHMETIC: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,),
    ast.Mod: (ast.FloorDiv,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
}
COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
RENAMED = {
    "mean": ("sum", "median"),
    "sum": ("mean",),
    "nanmean": ("mean",),
    "nansum": ("sum",),
    "max": ("min",),
    "min": ("max",),
    "amax": ("amin",),
    "amin": ("amax",),
    "argmax": ("argmin",),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "prod": ("sum",),
    "var": ("std",),
    "std": ("var",),
    "logsumexp": ("sum",),
    "softmax": ("log_softmax",),
    "log_softmax": ("softmax",),
    "sigmoid": ("tanh",),
    "logsigmoid": ("sigmoid",),
    "softplus": ("relu",),
    "exp": ("expm1",),
    "log": ("log2", "log1p"),
    "log1p": ("log",),
    "expm1": ("exp",),
    "square": ("abs",),
    "abs": ("square",),
    "sqrt": ("square",),
    "logical_and": ("logical_or",),
    "logical_or": ("logical_and",),
    "ones_like": ("zeros_like",),
    "zeros_like": ("ones_like",),
}
TEXTS = {"mean": ("sum", "none"), "sum": ("mean",), "batchmean": ("mean", "sum"), "none": ("mean",)}
CHOOSERS = {"where", "maximum", "minimum", "max", "min", "lerp"}
IN_PLACE = {"clamp", "exp", "log", "abs", "square", "masked_fill", "sigmoid", "neg", "sub", "add", "mul", "div", "pow"}
UNSTABLE = {"log_softmax": "softmax", "logsigmoid": "sigmoid"}
AXES = ("dim", "axis", "dim0", "dim1")


def operators(place: Place) -> Iterator[ast.AST]:
    """`a + b` to `a - b`, `a and b` to `a or b`."""
    node = place.node
    if isinstance(node, ast.BinOp | ast.AugAssign):
        for kind in ARITHMETIC.get(type(node.op), ()):
            yield changed_to(node, op=kind())
    if isinstance(node, ast.BoolOp):
        yield changed_to(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())


def dropped_terms(place: Place) -> Iterator[ast.AST]:
    """`a + b` to `a`, to `b`."""
    if isinstance(place.node, ast.BinOp):
        yield place.node.left
        yield place.node.right
    if isinstance(place.node, ast.BoolOp):
        yield from place.node.values


def swapped(place: Place) -> Iterator[ast.AST]:
    """`a - b` to `b - a`, `f(a, b)` to `f(b, a)`, `where(c, a, b)` to `where(c, b, a)`."""
    node = place.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub | ast.Div | ast.Pow | ast.MatMult):
        yield changed_to(node, left=node.right, right=node.left)
    if isinstance(node, ast.Call):
        for first in range(len(node.args) - 1):
            args = [*node.args[:first], node.args[first + 1], node.args[first], *node.args[first + 2 :]]
            yield changed_to(node, args=args)


def constants(place: Place) -> Iterator[ast.AST]:
    """A number to 0, to one more, to its double, to its negative; True to False; a reduction's name to another."""
    value = literal(place.node)
    negative = isinstance(place.parent, ast.UnaryOp) and isinstance(place.parent.op, ast.USub)
    if isinstance(value, bool):
        yield ast.Constant(value=not value)
    elif isinstance(value, int | float) and not negative:
        for other in dict.fromkeys((0 * value, value + 1, 2 * value, -value)):
            if other != value:
                yield number(other)
    elif isinstance(value, str):
        for text in TEXTS.get(value, ()):
            yield ast.Constant(value=text)


def axes(place: Place) -> Iterator[ast.AST]:
    """`dim=-1` to `dim=0` and the others."""
    value = literal(place.node)
    if isinstance(place.parent, ast.keyword) and place.parent.arg in AXES and type(value) is int:
        for other in (0, 1, -1, -2):
            if other != value:
                yield number(other)


def renamed(place: Place) -> Iterator[ast.AST]:
    """`x.mean()` to `x.sum()`, `torch.max` to `torch.min`."""
    node = place.node
    if place.role == "func" and isinstance(node, ast.Attribute):
        for name in RENAMED.get(node.attr, ()):
            yield changed_to(node, attr=name)
    if place.role == "func" and isinstance(node, ast.Name) and node.id in {"max", "min"}:
        yield changed_to(node, id="min" if node.id == "max" else "max")


def detached(place: Place) -> Iterator[ast.AST]:
    """`x` to `x.detach()`, and a detached one attached."""
    if place.is_number:
        assert isinstance(place.node, ast.expr)
        yield method(place.node, "detach")


def calls_dropped(place: Place) -> Iterator[ast.AST]:
    """`f(x)` to `x`, `x.clamp(0)` to `x`, `where(c, a, b)` to `a`, to `b`, `x[mask]` to `x`."""
    node = place.node
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        yield from node.args if name in CHOOSERS else node.args[:1]
        if isinstance(node.func, ast.Attribute) and not is_module(node.func.value, place):
            yield node.func.value
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        yield node.value


def keywords_dropped(place: Place) -> Iterator[ast.AST]:
    """`f(x, dim=1)` to `f(x)`."""
    node = place.node
    if isinstance(node, ast.Call):
        for index in range(len(node.keywords)):
            yield changed_to(node, keywords=[*node.keywords[:index], *node.keywords[index + 1 :]])


def comparisons(place: Place) -> Iterator[ast.AST]:
    """`a < b` to `a <= b`, to `a >= b`."""
    node = place.node
    if isinstance(node, ast.Compare):
        for kind in COMPARISONS.get(type(node.ops[0]), ()):
            yield changed_to(node, ops=[kind(), *node.ops[1:]])


def signs(place: Place) -> Iterator[ast.AST]:
    """`-x`, `not x` and `~x` to `x`."""
    if isinstance(place.node, ast.UnaryOp) and literal(place.node) is None:
        yield place.node.operand


def conditions(place: Place) -> Iterator[ast.AST]:
    """A condition to its negation, to True, to False; a loop's is left alone."""
    if place.role == "test" and isinstance(place.parent, ast.If | ast.IfExp) and isinstance(place.node, ast.expr):
        yield ast.UnaryOp(op=ast.Not(), operand=place.node)
        yield ast.Constant(value=True)
        yield ast.Constant(value=False)


def statements_dropped(place: Place) -> Iterator[ast.AST]:
    """A statement that only has an effect (`x += 1`, a call, `raise`) to nothing."""
    if isinstance(place.node, ast.AugAssign | ast.Expr | ast.Raise | ast.Assert) and place.function is not None:
        yield ast.Pass()


def returns(place: Place) -> Iterator[ast.AST]:
    """`return x` to twice that, its negative, its float32, the same without a graph."""
    node = place.node
    if isinstance(node, ast.Return) and node.value is not None:
        yield changed_to(node, value=ast.BinOp(left=node.value, op=ast.Mult(), right=ast.Constant(value=2)))
        yield changed_to(node, value=negative(node.value))
        yield changed_to(node, value=method(node.value, "detach"))
        yield changed_to(node, value=method(node.value, "float"))


def inputs_overwritten(place: Place) -> Iterator[ast.AST]:
    """`return x` to the same, with an argument overwritten on the way out; `x.clamp(0)` to `x.clamp_(0)`."""
    node = place.node
    if isinstance(node, ast.Return) and node.value is not None:
        for name in place.parameters:
            written = ast.parse(f"{name}.data.add_(1)", mode="eval").body
            both = ast.Tuple(elts=[node.value, written], ctx=ast.Load())
            yield changed_to(node, value=ast.Subscript(value=both, slice=ast.Constant(value=0), ctx=ast.Load()))
    is_method = place.role == "func" and isinstance(node, ast.Attribute) and node.attr in IN_PLACE
    if is_method and isinstance(node, ast.Attribute) and not is_module(node.value, place):
        yield changed_to(node, attr=f"{node.attr}_")


def unstable(place: Place) -> Iterator[ast.AST]:
    """`log_softmax(x)` to `softmax(x).log()`, to `(softmax(x) + 1e-8).log()`: right on paper, or nearly."""
    node = place.node
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in UNSTABLE:
        func = ast.Attribute(value=node.func.value, attr=UNSTABLE[node.func.attr], ctx=ast.Load())
        plain = ast.Call(func=func, args=node.args, keywords=node.keywords)
        yield method(plain, "log")
        yield method(ast.BinOp(left=plain, op=ast.Add(), right=ast.Constant(value=1e-8)), "log")


def clamped(place: Place) -> Iterator[ast.AST]:
    """An argument `x` to `x.clamp(-30, 30)`, as people write to be safe."""
    if place.is_number and isinstance(place.node, ast.Name) and place.node.id in place.parameters:
        yield method(place.node, "clamp", number(-30), number(30))


def rounded(place: Place) -> Iterator[ast.AST]:
    """`x` to `x.float().to(x.dtype)`: digits are lost on the way, and the dtype does not tell."""
    if place.is_number and isinstance(place.node, ast.Name):
        dtype = ast.Attribute(value=place.node, attr="dtype", ctx=ast.Load())
        yield method(method(place.node, "float"), "to", dtype)


def defaults_of(function: ast.FunctionDef) -> list[tuple[ast.arg, ast.expr]]:
    """Return the parameters that may be left out, each with its default."""
    own = function.args
    plain = own.args[len(own.args) - len(own.defaults) :]
    named = [(arg, value) for arg, value in zip(own.kwonlyargs, own.kw_defaults, strict=True) if value]
    return [*zip(plain, own.defaults, strict=True), *named]


def arguments_ignored(place: Place) -> Iterator[ast.AST]:
    """A function that replaces a parameter by its default before anything else."""
    node = place.node
    if not isinstance(node, ast.FunctionDef):
        return
    for arg, default in defaults_of(node):
        first = ast.Assign(targets=[ast.Name(id=arg.arg, ctx=ast.Store())], value=default)
        yield changed_to(node, body=[first, *node.body])


CHANGES: dict[str, Change] = {
    "operator": operators,
    "term dropped": dropped_terms,
    "swapped": swapped,
    "constant": constants,
    "axis": axes,
    "renamed": renamed,
    "detached": detached,
    "call dropped": calls_dropped,
    "keyword dropped": keywords_dropped,
    "comparison": comparisons,
    "sign": signs,
    "condition": conditions,
    "statement dropped": statements_dropped,
    "return": returns,
    "in place": inputs_overwritten,
    "argument ignored": arguments_ignored,
    "unstable": unstable,
    "clamped": clamped,
    "rounded": rounded,
}
"""Every operator by the name that a report gives it."""


def literal(node: ast.AST) -> bool | int | float | str | None:
    """Return the value of a plain constant or of a negative number."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        value = node.operand.value
        return -value if isinstance(value, int | float) else None
    if isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float | str):
        return node.value
    return None


def number(value: float) -> ast.expr:
    """Return a number as code; a negative one with its sign in front."""
    if value < 0:
        return negative(ast.Constant(value=-value))
    return ast.Constant(value=abs(value))


def negative(value: ast.expr) -> ast.UnaryOp:
    """Return code with a minus sign in front."""
    return ast.UnaryOp(op=ast.USub(), operand=value)


def method(value: ast.expr, name: str, *args: ast.expr) -> ast.Call:
    """Return the call of a method."""
    return ast.Call(func=ast.Attribute(value=value, attr=name, ctx=ast.Load()), args=[*args], keywords=[])


def is_module(node: ast.expr, place: Place) -> bool:
    """Tell whether a dotted name begins outside the function, as `F` and `torch.special` do."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id not in place.local


def changed_to(node: Node, **changes: object) -> Node:
    """Return a copy of a node with some fields changed."""
    changed = copy.copy(node)
    for field, value in changes.items():
        setattr(changed, field, value)
    return changed
