"""Mutation operators for sums and means: of absolute values, by weights, of other elements, before a step and not after."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.mutants.applied import applied, argument_of, axis_of, name_of
from grader.mutants.changes import changed_to, defaults_of, is_module, literal, method, number
from grader.mutants.logs import is_log
from grader.mutants.nouns import assigned
from grader.mutants.place import Place

TOTALS = {"sum", "mean"}
COUNTED = {"ignore_index", "weight"}
"""Options of torch's losses that say what counts, and how much, in their mean."""
MEANING = {"cross_entropy", "nll_loss", "CrossEntropyLoss", "NLLLoss"}
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
    if isinstance(node, ast.Call) and name_of(node) in TOTALS and core is not None and _has_signs(core, place):
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
    factors = [each for each in _factors(made[0]) if _varies(each, place)] if len(made) == 1 and made[0] else []
    for factor in factors if len(factors) > 1 else ():
        if not is_log(factor, place):
            yield ast.BinOp(left=total, op=ast.Div(), right=applied(total, factor, place))  # type: ignore[arg-type]


def _varies(node: ast.expr, place: Place) -> bool:
    """Tell whether a factor may differ from element to element: it is no number, and no option."""
    function = place.function
    options = {arg.arg for arg, _ in defaults_of(function)} if isinstance(function, ast.FunctionDef) else set()
    return literal(node) is None and not (isinstance(node, ast.Name) and node.id in options)


def _factors(node: ast.AST) -> list[ast.expr]:
    """Return the factors of a product, without a minus sign in front; nothing for what is no product."""
    if isinstance(node, ast.UnaryOp):
        return _factors(node.operand)
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Mult):
        return []
    return [one for side in (node.left, node.right) for one in _factors(side) or [side]]


def powers(place: Place) -> Iterator[ast.AST]:
    """`(x ** 2).mean()` to `x.mean() ** 2`, and back."""
    node, core = place.node, argument_of(place.node, place)
    if isinstance(node, ast.Call) and name_of(node) in TOTALS and isinstance(core, ast.BinOp) and _is_power(core):
        yield changed_to(core, left=applied(node, core.left, place))
    if isinstance(node, ast.BinOp) and _is_power(node) and isinstance(node.left, ast.Call):
        values = argument_of(node.left, place)
        if name_of(node.left) in TOTALS and values is not None:
            yield applied(node.left, changed_to(node, left=values), place)


def _is_power(node: ast.BinOp) -> bool:
    return isinstance(node.op, ast.Pow) and isinstance(literal(node.right), int | float)


def averaged_first(place: Place) -> Iterator[ast.AST]:
    """`softmax(x, 1)` to that of `x.mean(0)`, where the function takes a mean along axis 0."""
    node, core = place.node, argument_of(place.node, place)
    if not isinstance(node, ast.Call) or core is None or name_of(node) not in {"softmax", "log_softmax", "sigmoid"}:
        return
    own = axis_of(node, place)
    means = [
        each for each in ast.walk(place.function or node) if isinstance(each, ast.Call) and name_of(each) == "mean"
    ]
    along = {literal(axis) for axis in (axis_of(each, place) for each in means) if axis is not None}
    for axis in sorted(each for each in along if type(each) is int and (own is None or each != literal(own)))[:1]:
        keep = ast.keyword(arg="keepdim", value=ast.Constant(value=True))
        mean = changed_to(method(core, "mean", number(axis)), keywords=[keep])
        yield applied(node, method(mean, "expand_as", core), place)


def zeros_counted(place: Place) -> Iterator[ast.AST]:
    """`x[mask].mean()` to the mean of all, with 0 for the others; a loss of torch with `ignore_index`, likewise."""
    node, core = place.node, argument_of(place.node, place)
    if not isinstance(node, ast.Call):
        return
    if name_of(node) == "mean" and isinstance(core, ast.Subscript) and _is_mask(core.slice, place):
        zeros = ast.BinOp(left=core.value, op=ast.Mult(), right=number(0))
        whole = method(zeros, "index_put", ast.Tuple(elts=[core.slice], ctx=ast.Load()), core)
        yield applied(node, whole, place)
    options = {each.arg for each in node.keywords}
    if options & COUNTED and "reduction" not in options and name_of(node) in MEANING:
        none = ast.keyword(arg="reduction", value=ast.Constant(value="none"))
        each = changed_to(node, keywords=[*node.keywords, none])
        if name_of(node)[0].islower():
            yield method(each, "mean")
        else:
            made = ast.parse("lambda *given: (made)(*given).mean()", mode="eval").body
            yield _Made(each).visit(made)


class _Made(ast.NodeTransformer):
    """Puts code where the name `made` stands."""

    def __init__(self, made: ast.expr) -> None:
        self._made = made

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._made if node.id == "made" else node


def _is_mask(node: ast.expr, place: Place) -> bool:
    made = [node, *(assigned(node.id, place) if isinstance(node, ast.Name) else ())]
    is_named = isinstance(node, ast.Name) and node.id in place.parameters and "mask" in node.id
    return is_named or any(isinstance(each, ast.Compare) or _is_not(each) for each in made)


def _is_not(node: ast.AST) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert)


def exclusive(place: Place) -> Iterator[ast.AST]:
    """`x.cumsum(1)` to `x.cumsum(1) - x`."""
    node, core = place.node, argument_of(place.node, place)
    if isinstance(node, ast.Call) and name_of(node) == "cumsum" and core is not None:
        yield ast.BinOp(left=node, op=ast.Sub(), right=core)


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
    first, second = ([*_owner(each, place), *each.args] for each in (one, other))
    apart = [at for at, pair in enumerate(zip(first, second, strict=False)) if ast.dump(pair[0]) != ast.dump(pair[1])]
    way = len(_owner(one, place))
    alike = name_of(one) == name_of(other) and way == len(_owner(other, place)) and len(first) == len(second)
    alike = alike and [*map(ast.dump, one.keywords)] == [*map(ast.dump, other.keywords)]
    if not alike or len(apart) != 1 or (not way and ast.dump(one.func) != ast.dump(other.func)):
        return
    at = apart[0]
    both = ast.BinOp(left=first[at], op=total.op, right=second[at])
    merged = ast.BinOp(left=both, op=ast.Div(), right=number(2)) if halved else both
    if way and at == 0:
        yield applied(one, merged, place)
    else:
        yield changed_to(one, args=[*one.args[: at - way], merged, *one.args[at - way + 1 :]])


def _owner(node: ast.Call, place: Place) -> list[ast.expr]:
    """Return the object of a method, nothing for a function."""
    is_method = isinstance(node.func, ast.Attribute) and not is_module(node.func.value, place)
    return [node.func.value] if is_method and isinstance(node.func, ast.Attribute) else []
