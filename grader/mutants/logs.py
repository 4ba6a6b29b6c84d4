"""Mutation operators for logarithms: 1 minus a probability for minus its logarithm, and back; the logarithm of a mean."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from grader.mutants.applied import applied, argument_of, name_of
from grader.mutants.changes import changed_to, literal, method, negative, number
from grader.mutants.nouns import assigned
from grader.mutants.place import Place

LOGS = {"log", "log_softmax", "logsigmoid", "log_prob"}
PICKING = {"gather", "squeeze", "unsqueeze", "view", "reshape", "flatten", "take_along_dim", "index_select", "diagonal"}
"""What chooses among numbers, or arranges them, and leaves them as they are."""

LOSSES = {"cross_entropy", "nll_loss", "binary_cross_entropy", "binary_cross_entropy_with_logits"}
LOG_NAME = re.compile(r"log_?prob")
NAME = re.compile(r"^(?!.*log).*prob|^p$|^p_?t$")


def unlogged(place: Place) -> Iterator[ast.AST]:
    """`log_softmax(x)` to `softmax(x) - 1`, so that minus it is 1 minus a probability; a loss of torch, likewise."""
    node = place.node
    if isinstance(node, ast.Name) and _is_logarithm_given(node, place):
        yield _less_1(method(node, "exp"))
    if not isinstance(node, ast.Call) or _is_exponent(place):
        return
    core, each = argument_of(node, place), _of_each(node)
    if each is not None:
        likely = ast.BinOp(left=number(1), op=ast.Sub(), right=method(negative(each), "exp"))
        yield likely if each is node else method(likely, "mean")
    elif core is not None and name_of(node) == "logsigmoid":
        yield _less_1(method(core, "sigmoid"))
    elif core is not None and name_of(node) == "log_softmax":
        rest = [each for each in node.args if each is not core]
        yield _less_1(changed_to(method(core, "softmax", *rest), keywords=node.keywords))
    elif core is not None and name_of(node) == "log" and _is_probability(core, place):
        yield _less_1(core)


def logged(place: Place) -> Iterator[ast.AST]:
    """`return 1 - x` and `(1 - x).mean()` to those of `-x.log()`."""
    node, parent = place.node, place.parent
    ends = isinstance(parent, ast.Return) or (isinstance(parent, ast.Attribute) and parent.attr in {"mean", "sum"})
    if ends and isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and literal(node.left) == 1:
        yield negative(method(node.right, "log"))


def log_of_mean(place: Place) -> Iterator[ast.AST]:
    """`x.log().mean()` to `x.mean().log()`; a loss of torch, likewise."""
    node = place.node
    if not isinstance(node, ast.Call):
        return
    each = _of_each(node)
    if each is not None and each is not node:
        yield negative(method(method(method(negative(each), "exp"), "mean"), "log"))
    core = argument_of(node, place)
    if name_of(node) != "mean" or core is None:
        return
    inner = core.operand if isinstance(core, ast.UnaryOp) and isinstance(core.op, ast.USub) else core
    if is_log(inner, place) or _are_weighted_logs(inner, place):
        mean = applied(node, method(inner, "exp"), place)
        assert isinstance(mean, ast.expr)
        whole = method(mean, "log")
        yield whole if inner is core else negative(whole)


def is_log(node: ast.AST, place: Place, *, deep: bool = True) -> bool:
    """Tell whether code is a logarithm by its form, or by the name of what is given."""
    if isinstance(node, ast.Subscript):
        return is_log(node.value, place, deep=deep)
    if isinstance(node, ast.Call):
        core = argument_of(node, place)
        return name_of(node) in LOGS or (
            name_of(node) in PICKING and core is not None and is_log(core, place, deep=deep)
        )
    if isinstance(node, ast.Name):
        made = assigned(node.id, place) if deep else []
        given = node.id in place.parameters and LOG_NAME.search(node.id) is not None
        return given or any(is_log(each, place, deep=False) for each in made)
    return False


def _are_weighted_logs(node: ast.AST, place: Place) -> bool:
    """Tell whether code is `a * log + b * log`, the logarithm of what is the case where one of two weights is 1."""
    if isinstance(node, ast.Name):
        return any(_are_weighted_logs(each, place) for each in assigned(node.id, place) if isinstance(each, ast.BinOp))
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Add):
        return False
    return all(
        isinstance(each, ast.BinOp)
        and isinstance(each.op, ast.Mult)
        and (is_log(each.left, place) or is_log(each.right, place))
        for each in (node.left, node.right)
    )


def _of_each(node: ast.Call) -> ast.Call | None:
    """Return a call of one of torch's losses as the loss of each example by itself, None if it has other options."""
    options = {each.arg: literal(each.value) for each in node.keywords}
    if name_of(node) not in LOSSES or len(node.args) != 2 or not {*options} <= {"reduction"}:
        return None
    if options.get("reduction") == "none":
        return node
    one = ast.keyword(arg="reduction", value=ast.Constant(value="none"))
    return changed_to(node, keywords=[one]) if options.get("reduction", "mean") == "mean" else None


def _is_logarithm_given(node: ast.Name, place: Place) -> bool:
    """Tell whether a name is that of an argument with logarithms of probabilities, and they are used as such."""
    used = isinstance(place.parent, ast.Attribute) and place.parent.attr not in PICKING | {"mean", "sum"}
    read = isinstance(node.ctx, ast.Load) and node.id in place.parameters and not used
    return read and LOG_NAME.search(node.id) is not None


def _is_probability(node: ast.expr, place: Place) -> bool:
    made = assigned(node.id, place) if isinstance(node, ast.Name) else [node]
    named = isinstance(node, ast.Name) and NAME.search(node.id) is not None
    return named or any(isinstance(each, ast.Call) and name_of(each) in {"softmax", "sigmoid"} for each in made)


def _is_exponent(place: Place) -> bool:
    """Tell whether code stands inside an `exp`: a power of a probability, written so that it is exact."""
    calls = [each for each in ast.walk(place.function) if isinstance(each, ast.Call)] if place.function else []
    return any(name_of(each) == "exp" and any(one is place.node for one in ast.walk(each)) for each in calls)


def _less_1(node: ast.expr) -> ast.BinOp:
    return ast.BinOp(left=node, op=ast.Sub(), right=number(1))
