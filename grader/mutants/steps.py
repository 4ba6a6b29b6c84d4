"""Mutation operators for the order of steps: before or after a selection, one by one or together, halves or every other."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

from grader.mutants.applied import REDUCTIONS, applied, argument_of, is_own, is_size, name_of, names_axis
from grader.mutants.changes import AXES, changed_to, literal, method, number
from grader.mutants.place import Place

SOFT = {"softmax", "log_softmax", "sigmoid", "tanh", "relu", "exp", "log", "softplus", "normalize"}
SELECTING = {"topk", "sort", "max", "min", "kthvalue"}
PLACING = {"scatter", "scatter_add", "where", "masked_fill", "cat", "stack", "index_fill", "masked_scatter"}
FEW = 4
BEFORE = "__before"
"""Ends the name of what a name stood for before it changed."""
ROOTS = {"sqrt", "log", "exp", "abs", "square"}


def before_selection(place: Place) -> Iterator[ast.AST]:
    """`v, i = x.topk(k)` and `softmax(v)` to the softmax of all of `x`, of which those are chosen."""
    node, value = place.node, argument_of(place.node, place)
    if not isinstance(node, ast.Call) or name_of(node) not in SOFT or not isinstance(value, ast.Name):
        return
    call, index = _selection(value.id, place)
    source = argument_of(call, place) if call is not None else None
    if call is not None and source is not None and index:
        everything = applied(node, source, place)
        assert isinstance(everything, ast.expr)
        yield method(everything, "gather", number(_axis(call)), ast.Name(id=index, ctx=ast.Load()))


def normalised_again(place: Place) -> Iterator[ast.AST]:
    """`v, i = x.topk(k)` and `v` to `v / v.sum(-1, keepdim=True)`."""
    node = place.node
    if not isinstance(node, ast.Name) or not place.is_number:
        return
    call, index = _selection(node.id, place)
    if call is not None and index != node.id:
        keep = ast.keyword(arg="keepdim", value=ast.Constant(value=True))
        total = changed_to(method(node, "sum", number(_axis(call))), keywords=[keep])
        yield ast.BinOp(left=node, op=ast.Div(), right=total)


def _selection(name: str, place: Place) -> tuple[ast.Call | None, str]:
    """Return the call that chose the values of a name, and the name of their indices."""
    for node in ast.walk(place.function) if place.function else ():
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and name_of(node.value) in SELECTING:
            target = node.targets[0]
            names = [each.id for each in getattr(target, "elts", ()) if isinstance(each, ast.Name)]
            if len(names) == 2 and names[0] == name:
                return node.value, names[1]
    return None, ""


def _axis(call: ast.Call) -> int:
    given = [literal(each.value) for each in call.keywords if each.arg in AXES]
    return next((value for value in given if type(value) is int), -1)


def after_placing(place: Place) -> Iterator[ast.AST]:
    """`zeros.scatter(-1, i, softmax(v))` to `softmax(zeros.scatter(-1, i, v))`: what is filled in has its share."""
    node = place.node
    if not isinstance(node, ast.Call) or name_of(node) not in PLACING:
        return
    for index, each in enumerate(node.args):
        core = argument_of(each, place)
        if isinstance(each, ast.Call) and name_of(each) in SOFT and core is not None:
            outer = changed_to(node, args=[*node.args[:index], core, *node.args[index + 1 :]])
            yield applied(each, outer, place)


def not_put_back(place: Place) -> Iterator[ast.AST]:
    """`x.scatter(-1, i, v)` to `v`: sorted numbers that stay sorted."""
    node = place.node
    if isinstance(node, ast.Call) and name_of(node).rstrip("_") in {"scatter", "scatter_add"} and node.args:
        yield node.args[-1]
        if len(node.args) > 2 and name_of(node).rstrip("_") == "scatter":
            yield method(node.args[-1], "gather", *node.args[-3:-1])


def item_by_item(place: Place) -> Iterator[ast.AST]:
    """`sqrt(sum(f(g) for g in gs))` to `sum(sqrt(f(g)) for g in gs)`."""
    node, total = place.node, argument_of(place.node, place)
    if isinstance(node, ast.Call) and name_of(node) in ROOTS and isinstance(total, ast.Call) and total.args:
        items = total.args[0]
        if name_of(total) == "sum" and isinstance(items, ast.GeneratorExp | ast.ListComp):
            inside = changed_to(items, elt=applied(node, items.elt, place))
            yield changed_to(total, args=[inside, *total.args[1:]])


def one_by_one(place: Place) -> Iterator[ast.AST]:
    """A function of a list to the same of each item by itself."""
    node = place.node
    if not isinstance(node, ast.FunctionDef) or not isinstance(place.parent, ast.Module) or not node.args.args:
        return
    over = [each for each in ast.walk(node) if isinstance(each, ast.comprehension) and isinstance(each.iter, ast.Name)]
    first, *rest = [arg.arg for arg in node.args.args]
    if sum(each.iter.id == first for each in over if isinstance(each.iter, ast.Name)) > 1:
        together = changed_to(node, name="together", decorator_list=[])
        call = f"together({', '.join(['[one]', *rest])})"
        loop = ast.parse(f"return [each for one in {first} for each in {call}]".replace("return ", "")).body[0]
        assert isinstance(loop, ast.Expr)
        yield changed_to(node, body=[together, ast.Return(value=loop.value)])


def decided_once(place: Place) -> Iterator[ast.AST]:
    """`where(c, a, b)` to `where(c.all(), a, b)`, to `where(c.any(), a, b)`; `where(x < t, ...)` to the mean of `x`."""
    node = place.node
    if not isinstance(node, ast.Call) or name_of(node) != "where" or not node.args:
        return
    condition = node.args[0]
    for name in ("all", "any"):
        yield changed_to(node, args=[method(condition, name), *node.args[1:]])
    if isinstance(condition, ast.Compare) and len(condition.ops) == 1:
        yield changed_to(node, args=[changed_to(condition, left=method(condition.left, "mean")), *node.args[1:]])


def narrowed(place: Place) -> Iterator[ast.AST]:
    """`x.sum()` to `x.sum(dim=-1, keepdim=True)`: along one axis where it belongs over everything."""
    node = place.node
    if not isinstance(node, ast.Call) or name_of(node) not in REDUCTIONS - SOFT - {
        "cumsum",
        "sort",
        "argmax",
        "argmin",
    }:
        return
    own = is_own(node, place)
    if isinstance(node.func, ast.Attribute) and not node.keywords and len(node.args) == (0 if own else 1):
        options = {"dim": number(-1), "keepdim": ast.Constant(value=True)}
        yield changed_to(node, keywords=[ast.keyword(arg=name, value=value) for name, value in options.items()])


def products(place: Place) -> Iterator[ast.AST]:
    """`(a * b) @ c` to `a * (b @ c)`, and back."""
    node = place.node
    if not isinstance(node, ast.BinOp):
        return
    if isinstance(node.op, ast.MatMult) and isinstance(node.left, ast.BinOp) and isinstance(node.left.op, ast.Mult):
        for kept, inner in ((node.left.left, node.left.right), (node.left.right, node.left.left)):
            yield changed_to(node.left, left=kept, right=changed_to(node, left=inner))
    if isinstance(node.op, ast.Mult):
        for product, factor in ((node.right, node.left), (node.left, node.right)):
            if isinstance(product, ast.BinOp) and isinstance(product.op, ast.MatMult):
                yield changed_to(product, left=changed_to(node, left=factor, right=product.left))


def factor_early(place: Place) -> Iterator[ast.AST]:
    """`f(x) * w` to `f(x * w)`, where `x` is an argument."""
    node = place.node
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Mult) or place.function is None:
        return
    given = {arg.arg for arg in place.function.args.args}
    for factor, core in ((node.right, node.left), (node.left, node.right)):
        if isinstance(factor, ast.Name | ast.Attribute) and any(isinstance(each, ast.Call) for each in ast.walk(core)):
            names = {each.id for each in ast.walk(core) if isinstance(each, ast.Name)} & given - {"self"}
            for name in sorted(names - {ast.unparse(factor)}):
                yield _Early(name, factor).visit(copy.deepcopy(core))


class _Early(ast.NodeTransformer):
    """Multiplies a name by a factor wherever it stands, and adds something to that."""

    def __init__(self, name: str, factor: ast.expr, shift: ast.expr | None = None) -> None:
        self._name, self._factor, self._shift = name, factor, shift

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id != self._name:
            return node
        scaled = ast.BinOp(left=node, op=ast.Mult(), right=self._factor)
        return scaled if self._shift is None else ast.BinOp(left=scaled, op=ast.Add(), right=self._shift)


def affine_early(place: Place) -> Iterator[ast.AST]:
    """`f(x) * w + b` to `f(x * w + b)`, where `x` is an argument."""
    node = place.node
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Add) or place.function is None:
        return
    for product, shift in ((node.left, node.right), (node.right, node.left)):
        if not isinstance(product, ast.BinOp) or not isinstance(product.op, ast.Mult) or not _is_plain(shift):
            continue
        for factor, core in ((product.right, product.left), (product.left, product.right)):
            names = {each.id for each in ast.walk(core) if isinstance(each, ast.Name)} & {*place.parameters}
            if _is_plain(factor) and any(isinstance(each, ast.Call) for each in ast.walk(core)):
                for name in sorted(names - {ast.unparse(factor), ast.unparse(shift)}):
                    yield _Early(name, factor, shift).visit(copy.deepcopy(core))


def _is_plain(node: ast.expr) -> bool:
    return isinstance(node, ast.Name | ast.Attribute)


def brackets(place: Place) -> Iterator[ast.AST]:
    """`a + r * b` to `r * (a + b)`, and back to either part: a factor of all, or of one part."""
    node = place.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        yield from _widened(node)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
        yield from _distributed(node)


def _widened(total: ast.BinOp) -> Iterator[ast.AST]:
    for side in ("left", "right"):
        product = getattr(total, side)
        if isinstance(product, ast.BinOp) and isinstance(product.op, ast.Mult):
            for factor, kept in ((product.left, product.right), (product.right, product.left)):
                yield ast.BinOp(left=factor, op=ast.Mult(), right=changed_to(total, **{side: kept}))


def _distributed(product: ast.BinOp) -> Iterator[ast.AST]:
    """A sum is divided only where it stands above."""
    pairs = [(product.left, product.right), (product.right, product.left)]
    for total, factor in pairs if isinstance(product.op, ast.Mult) else pairs[:1]:
        if isinstance(total, ast.BinOp) and isinstance(total.op, ast.Add | ast.Sub):
            for side in ("left", "right"):
                part = ast.BinOp(left=getattr(total, side), op=product.op, right=factor)
                yield changed_to(total, **{side: part})


def divisors(place: Place) -> Iterator[ast.AST]:
    """`a / b` to `a / (b + 1)`, to `a / (b - 1)`: a count off by one."""
    node = place.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and literal(node.right) is None:
        for op in (ast.Add(), ast.Sub()):
            yield changed_to(node, right=ast.BinOp(left=node.right, op=op, right=number(1)))


def stepped(place: Place) -> Iterator[ast.AST]:
    """`arange(0, n, 2)` to the count of its numbers: 0, 1, 2, ... where 0, 2, 4, ... belong."""
    node = place.node
    if isinstance(node, ast.Call) and name_of(node) == "arange" and len(node.args) == 3:
        yield ast.BinOp(left=node, op=ast.FloorDiv(), right=node.args[2])


def squares(place: Place) -> Iterator[ast.AST]:
    """`x.sum(1)` to `x.square().sum(1)`."""
    node, values = place.node, argument_of(place.node, place)
    named = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and name_of(node) in {"sum", "mean"}
    if named and isinstance(node, ast.Call) and isinstance(values, ast.expr):
        yield applied(node, method(values, "square"), place)


def ratios(place: Place) -> Iterator[ast.AST]:
    """`a.sum() / b.sum()` to `(a / b).mean()`."""
    node = place.node
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Div):
        return
    above, below, left, right = argument_of(node.left, place), argument_of(node.right, place), node.left, node.right
    if above is None or below is None or not isinstance(left, ast.Call) or not isinstance(right, ast.Call):
        return
    if name_of(left) == name_of(right) and name_of(left) in {"sum", "mean"} and isinstance(left.func, ast.Attribute):
        mean = changed_to(left, func=changed_to(left.func, attr="mean"))
        yield applied(mean, changed_to(node, left=above, right=below), place)


def halves(place: Place) -> Iterator[ast.AST]:
    """`x[..., 0::2]` to the first half, `x[..., 1::2]` to the second, and back; pairs that are joined, likewise."""
    node = place.node
    if isinstance(node, ast.Subscript):
        yield from _sliced(node)
    joined = argument_of(node, place)
    if not isinstance(node, ast.Call):
        return
    if name_of(node) == "flatten" and isinstance(joined, ast.Call) and name_of(joined) == "stack":
        yield _renamed(joined, "cat")
    if name_of(node) in {"cat", "concat"}:
        yield method(_renamed(node, "stack"), "flatten", number(-2))


def _renamed(call: ast.Call, name: str) -> ast.Call:
    return changed_to(
        call, func=changed_to(call.func, **{"attr" if isinstance(call.func, ast.Attribute) else "id": name})
    )


def _sliced(node: ast.Subscript) -> Iterator[ast.AST]:
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    for index, part in enumerate(parts):
        if isinstance(part, ast.Slice) and part.upper is None and part.step is not None and literal(part.step) == 2:
            size = _size(node.value, index, parts)
            later = part.lower is not None and literal(part.lower) == 1
            more = ast.BinOp(left=size, op=ast.Add(), right=number(1))  # of an odd count, the first half has one more
            half = ast.BinOp(left=more, op=ast.FloorDiv(), right=number(2))
            new = ast.Slice(lower=half) if later else ast.Slice(upper=half)
        elif isinstance(part, ast.Slice) and part.step is None and (part.lower is None) != (part.upper is None):
            border = part.upper or part.lower
            if not isinstance(border, ast.BinOp | ast.Name) or (isinstance(border, ast.BinOp) and not _halved(border)):
                continue
            new = ast.Slice(lower=number(0 if part.lower is None else 1), step=number(2))
        else:
            continue
        changed = [*parts[:index], new, *parts[index + 1 :]]
        yield changed_to(node, slice=ast.Tuple(elts=changed, ctx=ast.Load()) if len(changed) > 1 else new)


def _size(value: ast.expr, index: int, parts: list[ast.expr]) -> ast.expr:
    dots = [at for at, part in enumerate(parts) if literal(part) is None and _is_dots(part)]
    axis = index - len(parts) if dots and dots[0] < index else index
    shape = ast.Attribute(value=_loaded(value), attr="shape", ctx=ast.Load())
    return ast.Subscript(value=shape, slice=number(axis), ctx=ast.Load())


def _is_dots(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is Ellipsis


def _loaded(value: ast.expr) -> ast.expr:
    return changed_to(value, ctx=ast.Load()) if isinstance(value, ast.Name) else value


def _halved(border: ast.BinOp) -> bool:
    return isinstance(border.op, ast.FloorDiv) and literal(border.right) == 2


def numbers(place: Place) -> Iterator[ast.AST]:
    """One number of a formula for another of its numbers."""
    value = literal(place.node)
    if place.function is None or type(value) not in {int, float} or names_axis(place) or is_size(place):
        return
    if isinstance(place.parent, ast.keyword | ast.Slice | ast.Tuple | ast.UnaryOp):
        return
    others = {literal(each) for each in ast.walk(place.function) if isinstance(each, ast.Constant)}
    for other in sorted(each for each in others if type(each) is float and each != value and type(value) is float)[
        :FEW
    ]:
        yield number(other)


def stale(place: Place) -> Iterator[ast.AST]:
    """`v = f(v)`, `a = g(v)` and `b = h(v)` to the same with the `v` of before in one of the two places."""
    node = place.node
    if not isinstance(node, ast.FunctionDef) or not isinstance(place.parent, ast.Module | ast.ClassDef):
        return
    found = [
        (at, index, name, later)
        for at, block in enumerate(_blocks(node))
        for index, statement in enumerate(block)
        for name in _renewed(statement)
        for later in _readers(name, block, index)
    ]
    for at, index, name, later in found[:FEW]:
        changed = copy.deepcopy(node)
        block = _blocks(changed)[at]
        block[later] = _Older(name).visit(block[later])
        block.insert(index, ast.parse(f"{name}{BEFORE} = {name}").body[0])
        yield changed


def _blocks(function: ast.FunctionDef) -> list[list[ast.stmt]]:
    return [each.body for each in ast.walk(function) if isinstance(each, ast.FunctionDef | ast.For)]


def _renewed(statement: ast.stmt) -> list[str]:
    """Return the names that a statement, or one branch of it, gives a value made from the one before."""
    inside = ast.walk(statement) if isinstance(statement, ast.If) else [statement]
    targets = [(each.targets[0], each.value) for each in inside if isinstance(each, ast.Assign)]
    return [
        target.id
        for target, value in targets
        if isinstance(target, ast.Name) and any(isinstance(n, ast.Name) and n.id == target.id for n in ast.walk(value))
    ]


def _readers(name: str, block: list[ast.stmt], index: int) -> list[int]:
    """Return which later statements read a name until it changes again, if there are two: else a step is left out."""
    found = []
    for later in range(index + 1, len(block)):
        names = [each for each in ast.walk(block[later]) if isinstance(each, ast.Name) and each.id == name]
        if any(isinstance(each.ctx, ast.Load) for each in names):
            found.append(later)
        if any(isinstance(each.ctx, ast.Store) for each in names):
            break
    return found if len(found) > 1 else []


class _Older(ast.NodeTransformer):
    """Reads the value of before in the place of a name's."""

    def __init__(self, name: str) -> None:
        self._name = name

    def visit_Name(self, node: ast.Name) -> ast.expr:
        is_it = node.id == self._name and isinstance(node.ctx, ast.Load)
        return ast.Name(id=f"{node.id}{BEFORE}", ctx=ast.Load()) if is_it else node
