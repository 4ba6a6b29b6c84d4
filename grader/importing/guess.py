"""Annotations of a stub, guessed from what a test's source hands over: literals and plain constructors, never run."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from grader.importing.asserts import unwrapped
from grader.importing.cells import parsed
from grader.importing.context import pieces
from grader.importing.draws import dotted, sizes
from grader.importing.values import Snippet

AXES = ("n", "m", "k", "p", "q", "r", "s")
PLAIN = {"int", "float", "bool", "str"}
MOST_DRAWN = 64
"""A larger size in an assert is drawn smaller: a case need not be as large to tell right from wrong."""
FLOATS, INTS = {"float", "double", "half"}, {"long", "int"}
SHAPED = {"zeros", "ones", "randn", "rand", "empty", "full"}


@dataclass(frozen=True)
class TensorSeen:
    """A tensor that a test hands over: "float", "int" or "bool", its shape, and the least and largest value if known."""

    kind: str
    shape: tuple[int, ...]
    values: tuple[float, ...] = ()


@dataclass(frozen=True)
class PlainSeen:
    """A number, text or truth value."""

    value: bool | int | float | str


Seen = TensorSeen | PlainSeen | None


@dataclass
class Guess:
    """What is guessed of a signature: annotations by parameter, words to import, sizes and arguments of a first case."""

    annotations: dict[str, str] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)
    sizes: dict[str, int] = field(default_factory=dict)
    args: dict[str, bool | int | float | str] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)
    """Parameters that nothing shows, with the reason."""


def guess(function: ast.FunctionDef, tests: Sequence[Snippet], before: Sequence[str] = ()) -> Guess:
    """Return what the calls in some tests, the function's own annotations and its defaults show of its parameters.

    `before` is the code of the cells above, which may bind the names that the tests hand over.
    """
    above: dict[str, ast.expr] = {}
    for piece in pieces(before):
        above |= _assigned(piece.node)
    calls = [call for test in tests for call in _calls(test, function, above)]
    made = Guess()
    tensors: dict[str, list[TensorSeen]] = {}
    for argument, default in _parameters(function):
        seen = [call[argument.arg] for call in calls if argument.arg in call]
        known = [one for one in seen if one is not None]
        own = ast.unparse(argument.annotation) if argument.annotation is not None else ""
        shapes = [one for one in known if isinstance(one, TensorSeen)]
        if shapes and len(shapes) == len(known) and len({len(one.shape) for one in shapes}) == 1:
            tensors[argument.arg] = shapes
        elif known and all(isinstance(one, PlainSeen) for one in known):
            _plain(made, argument.arg, own, known[0], default)
        elif own in PLAIN or _default_type(default):
            made.annotations[argument.arg] = own if own in PLAIN else _default_type(default)
        else:
            made.unknown[argument.arg] = _reason(own, seen, known)
    _tensors(made, tensors)
    return made


def _reason(own: str, seen: Sequence[Seen], known: Sequence[Seen]) -> str:
    if known:
        return "its inputs in the asserts differ in kind or rank"
    if seen:
        return "its inputs in the asserts are no tensors or numbers that can be read without running them"
    return f"it is a {own}, and no assert shows its shape" if own else "no assert shows what it is"


def _parameters(function: ast.FunctionDef) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    spec = function.args
    positional = [*spec.posonlyargs, *spec.args]
    defaults = [*[None] * (len(positional) - len(spec.defaults)), *spec.defaults]
    yield from zip(positional, defaults, strict=True)
    yield from zip(spec.kwonlyargs, spec.kw_defaults, strict=True)


def _default_type(default: ast.expr | None) -> str:
    value = default.value if isinstance(default, ast.Constant) else None
    return type(value).__name__ if type(value).__name__ in PLAIN else ""


def _plain(made: Guess, name: str, own: str, first: Seen, default: ast.expr | None) -> None:
    assert isinstance(first, PlainSeen)
    made.annotations[name] = own if own in PLAIN else _default_type(default) or type(first.value).__name__
    if default is None:
        made.args[name] = first.value


def _tensors(made: Guess, tensors: Mapping[str, Sequence[TensorSeen]]) -> None:
    """Name axes: two that have the same sizes in all calls are one."""
    names: dict[tuple[int, ...], str] = {}
    axes: dict[str, list[str]] = {}
    for parameter, seen in tensors.items():
        for axis in range(len(seen[0].shape)):
            signature = tuple(one.shape[axis] for one in seen)
            if signature not in names:
                names[signature] = AXES[len(names)] if len(names) < len(AXES) else f"axis{len(names)}"
            axes.setdefault(parameter, []).append(names[signature])
            made.sizes[names[signature]] = min(signature[0], MOST_DRAWN)
    for parameter, seen in tensors.items():
        own = " ".join(axes.get(parameter, []))
        made.annotations[parameter] = _annotation(made, seen, own, _classes(tensors, axes, parameter))


def _classes(
    tensors: Mapping[str, Sequence[TensorSeen]], axes: Mapping[str, list[str]], parameter: str
) -> tuple[str, int] | None:
    """Return the last axis, and its least size, of another tensor with more axes: what integers may count up to."""
    rank = len(axes.get(parameter, []))
    for other, seen in tensors.items():
        if other != parameter and len(axes.get(other, [])) > max(rank, 1):
            return axes[other][-1], min(one.shape[-1] for one in seen)
    return None


def _annotation(made: Guess, seen: Sequence[TensorSeen], axes: str, classes: tuple[str, int] | None) -> str:
    values = [value for one in seen for value in one.values]
    kinds = {one.kind for one in seen}
    if kinds == {"bool"}:
        word = "Bool"
    elif kinds == {"int"}:
        low, high = int(min(values, default=0)), int(max(values, default=9)) + 1
        spread = f"between({low}, {high})"
        if classes and low >= 0 and high <= classes[1]:
            spread = f'below("{classes[0]}")'
        made.words |= {"Int", spread.partition("(")[0]}
        return f'Annotated[Int[Tensor, "{axes}"], {spread}]'
    else:
        word = "Binary" if len(values) > 1 and set(values) == {0.0, 1.0} else "Float"
    made.words.add(word)
    return f'{word}[Tensor, "{axes}"]'


def _assigned(stmt: ast.stmt) -> dict[str, ast.expr]:
    """Return what a statement binds plainly: `x = ...`, and `x, y = ..., ...`."""
    if not isinstance(stmt, ast.Assign) or len(stmt.targets) != 1:
        return {}
    target, value = stmt.targets[0], stmt.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        pairs = zip(target.elts, value.elts, strict=True)
        return {name.id: each for name, each in pairs if isinstance(name, ast.Name)}
    return {target.id: value} if isinstance(target, ast.Name) else {}


def _calls(test: Snippet, function: ast.FunctionDef, above: Mapping[str, ast.expr]) -> Iterator[dict[str, Seen]]:
    """Yield what each call in a test hands over, by parameter."""
    tree = parsed(test.source)
    names = [argument.arg for argument, _ in _parameters(function)]
    known = dict(above)
    for stmt in unwrapped(tree.body) if tree else ():
        for node in ast.walk(stmt):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function.name:
                given = dict(zip(names, node.args, strict=False))
                given |= {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
                yield {name: _seen(value, known) for name, value in given.items()}
        known |= _assigned(stmt)


def _seen(node: ast.expr, known: Mapping[str, ast.expr], depth: int = 0) -> Seen:
    """Return what an expression is, as far as its text shows."""
    if depth > 20:
        return None
    if isinstance(node, ast.Name):
        return _seen(known[node.id], known, depth + 1) if node.id in known else None
    if isinstance(node, ast.Call):
        return _constructed(node, known, depth)
    try:
        value = ast.literal_eval(node)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return None
    return PlainSeen(value) if isinstance(value, bool | int | float | str) else None


def _constructed(call: ast.Call, known: Mapping[str, ast.expr], depth: int) -> Seen:
    name = dotted(call.func)
    root, _, last = name.rpartition(".")
    if root == "torch":
        return _made(last, call)
    if isinstance(call.func, ast.Attribute):  # a method of something that may be a tensor
        before = _seen(call.func.value, known, depth + 1)
        if isinstance(before, TensorSeen):
            return _after(call, before)
    return None


def _made(last: str, call: ast.Call) -> Seen:
    if last in {"tensor", "as_tensor", "FloatTensor", "LongTensor"} and call.args:
        return _literal(call)
    if last in SHAPED:
        shape = sizes(call.args[:1] if last == "full" else call.args)
        return None if shape is None else TensorSeen(_dtype(call) or "float", shape)
    if last in {"arange", "linspace"} and all(isinstance(one, ast.Constant) for one in call.args):
        numbers = [
            one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, int | float)
        ]
        if last == "linspace" and len(numbers) == 3:
            return TensorSeen("float", (int(numbers[2]),))
        if last == "arange" and len(numbers) in {1, 2} and all(isinstance(one, int) for one in numbers):
            low, high = (0, numbers[0]) if len(numbers) == 1 else numbers
            size = min(max(int(high) - int(low), 0), 1 << 20)
            return TensorSeen(_dtype(call) or "int", (size,), (float(low), float(high) - 1))
    if last == "randint" and len(call.args) in {2, 3} and (shape := sizes(call.args[-1:])) is not None:
        bounds = [one.value for one in call.args[:-1] if isinstance(one, ast.Constant) and isinstance(one.value, int)]
        low, high = (0, bounds[-1]) if len(bounds) == 1 else bounds if len(bounds) == 2 else (0, 10)
        return TensorSeen("int", shape, (float(low), float(high) - 1))
    return None


def _literal(call: ast.Call) -> Seen:
    try:
        value = ast.literal_eval(call.args[0])
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return None
    shape: list[int] = []
    level = [value]
    while level and all(isinstance(one, list | tuple) for one in level):
        lengths = {len(one) for one in level}
        if len(lengths) != 1 or len(shape) > 8:
            return None
        shape.append(lengths.pop())
        level = [inner for one in level for inner in one]
    if not all(isinstance(one, bool | int | float) for one in level):
        return None
    types = {type(one) for one in level}
    kind = "float" if float in types else "bool" if types == {bool} else "int"
    return TensorSeen(_dtype(call) or kind, tuple(shape), tuple(float(one) for one in level))


def _dtype(call: ast.Call) -> str:
    for keyword in call.keywords:
        if keyword.arg == "dtype":
            last = dotted(keyword.value).rpartition(".")[2]
            return "bool" if last == "bool" else "int" if last.startswith(("int", "long", "uint")) else "float"
    return "float" if dotted(call.func).endswith("FloatTensor") else ""


def _after(call: ast.Call, before: TensorSeen) -> Seen:
    """Return a tensor after one of its methods; None where that cannot be known."""
    assert isinstance(call.func, ast.Attribute)
    name = call.func.attr
    if name in FLOATS:
        return TensorSeen("float", before.shape, before.values)
    if name in INTS:
        return TensorSeen("int", before.shape, before.values)
    if name in {"requires_grad_", "clone", "detach", "contiguous"}:
        return before
    if name == "bool":
        return TensorSeen("bool", before.shape, before.values)
    if name in {"reshape", "view"} and (shape := sizes(call.args)) is not None and -1 not in shape:
        return TensorSeen(before.kind, shape, before.values)
    return None
