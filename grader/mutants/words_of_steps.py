"""What a change of `steps`, `misread` or `pairs` means, in words that complete "what the right one would give ...". Pure."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from grader.mutants.applied import argument_of, name_of
from grader.mutants.misread import READINGS, hint, reading
from grader.mutants.mutate import Edit
from grader.mutants.nouns import Known, known_sources, listed, noun, of
from grader.mutants.steps import BEFORE

Words = tuple[str, str]


def _name(node: ast.AST) -> str:
    return name_of(node) if isinstance(node, ast.Call) else ""


def _before(edit: Edit, _: Known) -> Words:
    return (
        "slip.order",
        f"with the `{_name(edit.place.node)}` of all numbers, before some are chosen, where it belongs after",
    )


def _placed(edit: Edit, _: Known) -> Words:
    outer, inner = _name(edit.place.node), _name(edit.replacement)
    return "slip.order", f"with the `{inner}` after the `{outer}`, of what is filled in too, where it belongs before"


def _back(edit: Edit, _: Known) -> Words:
    if _name(edit.replacement) == "gather":
        return (
            "slip.exchanged",
            f"with `gather`, which reads from places, where `{_name(edit.place.node)}` writes to them",
        )
    return "slip.left-out", f"without the `{_name(edit.place.node)}` that puts each number back in its place"


def _bracket(edit: Edit, _: Known) -> Words:
    whole = isinstance(edit.place.node, ast.BinOp) and isinstance(edit.place.node.op, ast.Add | ast.Sub)
    return "slip.order", (
        "with a factor of the whole sum, where it belongs to one part of it"
        if whole
        else "with a factor of one part of a sum alone, where it belongs to the whole"
    )


def _divisor(edit: Edit, _: Known) -> Words:
    new = edit.replacement
    more = isinstance(new, ast.BinOp) and isinstance(new.right, ast.BinOp) and isinstance(new.right.op, ast.Add)
    return "slip.number", f"if what is divided by were {'larger' if more else 'smaller'} by 1"


def _squares(edit: Edit, _: Known) -> Words:
    return (
        "slip.function",
        f"with the `{_name(edit.place.node)}` of squares, where that of the numbers themselves belongs",
    )


def _items(edit: Edit, _: Known) -> Words:
    return (
        "slip.order",
        f"with the `{_name(edit.place.node)}` of each item before they are added, where it belongs after",
    )


def _alone(edit: Edit, known: Known) -> Words | None:
    node = edit.place.node
    assert isinstance(node, ast.FunctionDef)
    first = node.args.args[0].arg
    return (
        ("slip.axis", f"with each item of `{first}` by itself, where all belong together") if first in known else None
    )


def _narrowed(edit: Edit, _: Known) -> Words:
    return (
        "slip.axis",
        f"with the `{_name(edit.place.node)}` along the last axis only, where it belongs over everything",
    )


def _product(edit: Edit, _: Known) -> Words:
    early = isinstance(edit.place.node, ast.BinOp) and isinstance(edit.place.node.op, ast.MatMult)
    return "slip.order", (
        "with a factor after a matrix product, where it belongs before"
        if early
        else "with a factor before a matrix product, where it belongs after"
    )


def _together(edit: Edit, _: Known) -> Words:
    name = _name(edit.replacement)
    return "slip.order", f"with the {name} of a product, where the product of two {name}s belongs"


def _powered(edit: Edit, known: Known) -> Words:
    said = noun(_raised(edit.place.node, edit.replacement), edit.place, known)
    what = "a factor" if said == "something" else said
    return "slip.order", f"with {what} inside a power, where it belongs outside"


def _raised(node: ast.AST, new: ast.AST) -> ast.AST:
    """Return the factor of a product that has a power in its place in another one."""
    if isinstance(node, ast.UnaryOp) and isinstance(new, ast.UnaryOp):
        return _raised(node.operand, new.operand)
    if isinstance(node, ast.BinOp) and isinstance(new, ast.BinOp) and new.left is not node:
        side = "left" if ast.dump(node.left) != ast.dump(new.left) else "right"
        return _raised(getattr(node, side), getattr(new, side))
    return node


def _weight(edit: Edit, known: Known) -> Words:
    new = edit.replacement
    assert isinstance(new, ast.BinOp)
    assert isinstance(new.right, ast.Call)
    weight = argument_of(new.right, edit.place)
    said = noun(weight, edit.place, known) if weight is not None else "something"
    what = "a factor" if said == "something" else said
    return "slip.number", f"if a mean were divided by the sum of {what}, where it is divided by a count"


def _joined(edit: Edit, _: Known) -> Words:
    node, new = edit.place.node, edit.replacement
    assert isinstance(node, ast.BinOp)
    assert isinstance(new, ast.Call)
    what = f"the `{name_of(new)}`" if isinstance(new.func, ast.Attribute) else "a step"
    two = f"two `{name_of(new)}`" if isinstance(new.func, ast.Attribute) else "two such steps"
    kind = {ast.Add: "sum", ast.Sub: "difference"}.get(type(node.op), "mean")
    return "slip.order", f"with {what} of a {kind}, where the {kind} of {two} belongs"


def _reshaped(edit: Edit, known: Known) -> Words:
    node = edit.place.node
    core = node.value if isinstance(node, ast.Attribute) else argument_of(node, edit.place)
    what = noun(core, edit.place, known) if core is not None else "something"
    return "slip.exchanged", (
        f"if {what} were only reshaped, where axes change places: the shape is the same, the order of the numbers is not"
    )


def _hardened(edit: Edit, _: Known) -> Words:
    rounded = _name(edit.place.node) == "sigmoid"
    what = "probabilities rounded to 0 and 1" if rounded else "1 for what is likeliest and 0 for the rest"
    return "slip.function", f"with {what}, which has no gradient, where the probabilities themselves belong"


def _magnitudes(edit: Edit, _: Known) -> Words:
    return (
        "slip.function",
        f"with the `{_name(edit.place.node)}` of absolute values, where that of the numbers themselves belongs",
    )


def _apart(edit: Edit, _: Known) -> Words:
    new = edit.replacement
    ratio = isinstance(new, ast.BinOp) and isinstance(new.op, ast.Div)
    what, whole = ("ratio", "the ratios") if ratio else ("product", "the product")
    return "slip.order", f"with the {what} of two means, where the mean of {whole} belongs"


def _power(edit: Edit, _: Known) -> Words:
    node, new = edit.place.node, edit.replacement
    name = _name(node) or _name(new)
    early = isinstance(node, ast.Call)
    return (
        "slip.order",
        f"with the `{name}` {'before' if early else 'after'} a power, where it belongs {'after' if early else 'before'}",
    )


def _averaged(edit: Edit, _: Known) -> Words:
    return "slip.order", f"with a mean taken before the `{_name(edit.place.node)}`, where it belongs after"


def _zeros(edit: Edit, _: Known) -> Words:
    node = edit.place.node
    weighed = isinstance(node, ast.Call) and not any(each.arg == "ignore_index" for each in node.keywords)
    if weighed and _name(node) != "mean":
        return "slip.number", "if a mean were divided by the number of elements, where the sum of their weights belongs"
    return "slip.number", "if what does not count were still counted in a mean, as zeros"


def _stale(edit: Edit, known: Known) -> Words | None:
    new = edit.replacement
    assert isinstance(new, ast.FunctionDef)
    names = [
        each.targets[0].id.removesuffix(BEFORE)
        for each in ast.walk(new)
        if isinstance(each, ast.Assign)
        and isinstance(each.targets[0], ast.Name)
        and each.targets[0].id.endswith(BEFORE)
    ]
    what = f"`{names[0]}`" if names[0] in known else "a value"
    return "slip.order", f"with {what} as it was before a step, in a place where the changed one belongs"


def _each(edit: Edit, _: Known) -> Words:
    what = "`abs`" if _name(edit.place.node) == "abs" else "square"
    return "slip.order", f"with the {what} of each of two numbers, where that of their difference belongs"


def _halves(edit: Edit, known: Known) -> Words:
    node = edit.place.node
    alternating = isinstance(node, ast.Call) and name_of(node) == "flatten"
    if isinstance(node, ast.Subscript):
        alternating = "::2" in ast.unparse(node)
    what = of(node.value, edit.place, known) if isinstance(node, ast.Subscript) else ""
    if alternating:
        return "slip.order", f"with the first and the second half{what}, where every other one belongs"
    return "slip.order", f"with every other one{what}, where the first and the second half belong"


def _misread(edit: Edit, known: Known) -> Words | None:
    new = edit.replacement
    assert isinstance(new, ast.FunctionDef)
    names, said = reading(new)
    if not names or not set(names) <= known:
        return None
    return "slip.function", f"with {listed(names)} {said}"


def _bounded(edit: Edit, known: Known) -> Words | None:
    core = argument_of(edit.place.node, edit.place)
    said = noun(core, edit.place, known) if core is not None else "something"
    names = known_sources([core], edit.place, known) if core is not None else []
    if said == "something":
        return None
    changed = READINGS["{0}." + f"{_name(edit.replacement)}()" if _name(edit.replacement) else "{0} ** 2"]
    return "slip.function", f"with {said} {changed.format(its='its')} after its bound{hint(changed, names)}"


def _taken(edit: Edit, known: Known) -> Words | None:
    new = edit.replacement
    assert isinstance(new, ast.FunctionDef)
    first = new.body[0]
    assert isinstance(first, ast.Assign)
    one, other = ast.unparse(first.targets[0]), ast.unparse(first.value)
    return ("slip.exchanged", f"with `{other}` wherever `{one}` belongs") if {one, other} <= set(known) else None


def _early(edit: Edit, known: Known) -> Words:
    node = edit.place.node
    assert isinstance(node, ast.BinOp)
    factor = next(each for each in (node.right, node.left) if isinstance(each, ast.Name | ast.Attribute))
    said = noun(factor, edit.place, known)
    what = "a factor" if said == "something" else said
    return "slip.order", f"if {what} were multiplied in at the start, where it belongs at the end"


def _parts(edit: Edit, known: Known) -> Words:
    node, around = edit.place.node, edit.place.parent
    assert isinstance(node, ast.List | ast.Tuple)
    if isinstance(node.ctx, ast.Store):
        return "slip.exchanged", "if two parts were unpacked in the other order"
    if isinstance(around, ast.Subscript) and any(isinstance(each, ast.Constant) for each in node.elts):
        whose = of(around.value, edit.place, known)
        return (
            "slip.exchanged",
            f"with a new axis in another place{whose}, so that it meets another axis of what it is held to",
        )
    return "slip.exchanged", "with two parts exchanged"


def _number(edit: Edit, _: Known) -> Words:
    return "slip.number", f"with {ast.unparse(edit.replacement)} where another number belongs"


def exchanged(chosen: Sequence[Edit], known: Known) -> Words | None:
    """Return what it means that some edits exchange two functions, names or numbers wherever they stand."""
    found = {(_said(edit.place.node, edit, known), _said(edit.replacement, edit, known)) for edit in chosen}
    if len(found) != 2 or len(chosen) < 2:
        return None
    (first, second), turned = found
    if turned != (second, first) or "" in turned:
        return None
    return "slip.exchanged", f"with {' and '.join(sorted(turned))} exchanged"


def _said(node: ast.AST, edit: Edit, known: Known) -> str:
    if isinstance(node, ast.Attribute) and edit.place.role == "func":
        return f"`{node.attr}`"
    said = noun(node, edit.place, known)
    return "" if said == "something" else said


def _same(rule: str, said: str) -> Callable[[Edit, Known], Words]:
    return lambda _edit, _known: (rule, said)


SAYINGS: dict[str, Callable[[Edit, Known], Words | None]] = {
    "before selection": _before,
    "exchanged": _parts,
    "normalised again": _same("slip.function", "if what is chosen were divided by its sum once more"),
    "after placing": _placed,
    "not put back": _back,
    "item by item": _items,
    "one by one": _alone,
    "decided once": _same("slip.guard", "with one decision for all elements, where each has its own"),
    "narrowed": _narrowed,
    "product": _product,
    "bracket": _bracket,
    "divisor": _divisor,
    "stepped": _same(
        "slip.number", "with numbers 1 apart (0, 1, 2, ...), where those of an `arange` lie further apart"
    ),
    "squares": _squares,
    "smooth": _same("slip.function", "with a smooth `softplus`, where the larger of 0 and a number belongs"),
    "added": _same("slip.function", "with a lower bound added, where it belongs in the place of what is smaller"),
    "apart": _apart,
    "together": _together,
    "powered": _powered,
    "power": _power,
    "averaged first": _averaged,
    "zeros counted": _zeros,
    "stale": _stale,
    "exclusive": _same(
        "slip.number", "with the sums of what comes before each place, where the place itself counts too"
    ),
    "rotated": _same("slip.operator", "with the minus sign at the other one of two parts: turned the other way"),
    "log of mean": _same("slip.order", "with the logarithm of a mean, where the mean of logarithms belongs"),
    "unlogged": _same("slip.function", "with 1 minus a probability, where minus its logarithm belongs"),
    "logged": _same("slip.function", "with minus a logarithm, where 1 minus the number itself belongs"),
    "per weight": _weight,
    "joined": _joined,
    "reshaped": _reshaped,
    "magnitudes": _magnitudes,
    "hardened": _hardened,
    "softened": _same("slip.function", "with probabilities, where 1 for the best and 0 for the rest belong"),
    "each": _each,
    "nonzero": _same("slip.number", "with the mean over what is not 0 only, where it belongs over all"),
    "ratio": _same("slip.order", "with a mean of ratios, where the ratio of two sums belongs"),
    "halves": _halves,
    "bounded": _bounded,
    "misread": _misread,
    "taken for": _taken,
    "early affine": _same(
        "slip.order", "if a factor were multiplied in and a shift added at the start, where both belong at the end"
    ),
    "early factor": _early,
    "turned round": _misread,
    "number": _number,
}
