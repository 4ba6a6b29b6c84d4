"""Random inputs of a test as a scenario's drawn ones: the reference and the student must be given the same."""

from __future__ import annotations

import ast


class UnsupportedError(ValueError):
    """What a test does that a scenario cannot do; its text is the reason."""


SEEDS = {"manual_seed", "seed", "seed_all", "manual_seed_all"}
RANDOM = {
    "randn_like", "rand_like", "randint_like", "randperm", "normal", "bernoulli", "multinomial", "poisson",
    "normal_", "uniform_", "random_", "bernoulli_", "default_rng",
}  # fmt: skip


def is_seeding(node: ast.expr) -> bool:
    """Tell whether an expression only seeds a generator."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SEEDS


def drawn(call: ast.Call) -> ast.expr | None:
    """Return the drawn stand-in of torch.randn, rand and randint; None for a call that draws nothing.

    Raises `UnsupportedError` for other random numbers.
    """
    name = dotted(call.func)
    if name in {"torch.randn", "torch.rand", "torch.randint"}:
        return _drawn(name, call)
    root, _, rest = name.partition(".")
    if root == "random" or rest.startswith("random.") or name.rpartition(".")[2] in RANDOM:
        raise UnsupportedError(f"it draws random numbers with {name}, which cannot be drawn the same way twice")
    return None


def dotted(node: ast.expr) -> str:
    """Return "torch.nn.functional" for such an expression; "" before what is no name."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def sizes(arguments: list[ast.expr]) -> tuple[int, ...] | None:
    """Return the sizes in `(2, 3)` or `((2, 3),)`; None if they are not plain numbers."""
    if len(arguments) == 1 and isinstance(arguments[0], ast.Tuple | ast.List):
        arguments = arguments[0].elts
    found = [node.value for node in arguments if isinstance(node, ast.Constant) and type(node.value) is int]
    return tuple(found) if len(found) == len(arguments) else None


def _drawn(name: str, call: ast.Call) -> ast.expr:
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    arguments = list(call.args)
    bounds: list[ast.expr] = []
    if name == "torch.randint":
        bounds, arguments = arguments[:-1], arguments[-1:]
    shape = sizes(arguments)
    if shape is None or set(keywords) - {"requires_grad"} or len(bounds) > 2:
        raise UnsupportedError(f"it calls {name} with arguments that are not plain sizes")
    axes = " ".join(map(str, shape))
    match name:
        case "torch.randn":
            text = f"draw.normal({axes!r})"
        case "torch.rand":
            text = f"draw.uniform({axes!r}, 0.0, 1.0)"
        case _:
            low = f", low={ast.unparse(bounds[0])}" if len(bounds) == 2 else ""
            text = f"draw.integers({axes!r}, below={ast.unparse(bounds[-1])}{low})"
    if "requires_grad" in keywords:
        text += f".requires_grad_({ast.unparse(keywords['requires_grad'])})"
    return ast.parse(text, mode="eval").body
