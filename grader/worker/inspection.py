"""What a submission's source says before any of it runs: definitions, names used, loops, and what is untouched."""

from __future__ import annotations

import ast
import contextlib
import math
from collections.abc import Iterator

from grader.model import Cell, Definition, Facts, Literal, Raised, Use
from grader.worker.load import file_name, raised_by
from grader.worker.untouched import Starter

MAX_USES = 20_000
MAX_LITERALS = 2_000
MORE_NAMES = "(more names than are looked at)"
AT_ONCE = "(at once)"
"""Stands for where a name is used, if that is in a definition, and runs when it is met; `grader.rules` asks for it."""
PYTHON_MAGICS = frozenset({"time", "timeit", "capture", "prun"})
"""Cell magics whose cell is Python that runs in the notebook's names."""
SCOPES = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
"""What has names of its own, besides functions and classes."""
DEFINING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)
LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)

LOOPING = {"map", "filter", "reduce", "vectorize", "apply_along_axis"}
"""Functions that call another one for each element: `map`, `functools.reduce`, `numpy.vectorize`."""


def inspect_cells(cells: tuple[Cell, ...], stubs: tuple[tuple[str, str], ...]) -> Facts:
    """Return the facts of all cells; `stubs` pairs an exercise's name with its starter source."""
    starters = {name: Starter(source) for name, source in stubs}
    definitions: list[Definition] = []
    uses: list[Use] = []
    literals: list[Literal] = []
    broken: list[tuple[int, Raised]] = []
    aliases: dict[str, str] = {}
    for cell in cells:
        try:
            tree = parse(cell)
            aliases |= _aliases(tree)
            definitions += _definitions(tree, cell, starters)
            uses += _uses(tree, cell, aliases)
            literals += _literals(tree, cell)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            broken.append((cell.index, raised_by(error)))
    return Facts(
        definitions=tuple(definitions),
        uses=_bounded(uses),
        literals=tuple(literals[:MAX_LITERALS]),
        broken=tuple(broken),
    )


def _literals(tree: ast.Module, cell: Cell) -> Iterator[Literal]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float) and math.isfinite(node.value):
            yield Literal(value=node.value, cell=cell.index, line=node.lineno)


def _bounded(uses: list[Use]) -> tuple[Use, ...]:
    """Return at most so many uses: where there are more, each name once; where there are still more, one that says so."""
    if len(uses) <= MAX_USES:
        return tuple(uses)
    once = list({(use.name, use.inside): use for use in reversed(uses)}.values())[::-1]
    if len(once) <= MAX_USES:
        return tuple(once)
    return (Use(name=MORE_NAMES, cell=once[0].cell, line=once[0].line), *once[: MAX_USES - 1])


def parse(cell: Cell) -> ast.Module:
    """Return a cell's syntax tree; raises `SyntaxError`, or `RecursionError`, `MemoryError` on crafted source."""
    return ast.parse(runnable(cell), file_name(cell))


def runnable(cell: Cell) -> str:
    """Return a cell's source, IPython's magics and shell lines translated into calls.

    A cell magic such as `%%time` in front of Python is dropped: what follows is the student's code, and no text.
    """
    source = _without_cell_magic(cell.source)
    if not any(_is_magic(line) for line in source.splitlines()):
        return source
    from IPython.core.inputtransformer2 import TransformerManager  # noqa: PLC0415 - only magics need it

    return str(TransformerManager().transform_cell(source))  # type: ignore[no-untyped-call]


def _without_cell_magic(source: str) -> str:
    """Return a cell with an empty line in the place of each cell magic that it starts with."""
    above, rest = "", source
    while True:
        idle = rest[: len(rest) - len(rest.lstrip())]
        first, newline, body = rest.lstrip().partition("\n")
        words = first[2:].split()
        if not (first.startswith("%%") and newline and words and words[0] in PYTHON_MAGICS):
            return above + rest
        above, rest = above + "\n" * (idle.count("\n") + 1), body


def _is_magic(line: str) -> bool:
    return line.lstrip()[:1] in {"%", "!", "?"} or line.rstrip().endswith("?")


def _definitions(tree: ast.Module, cell: Cell, starters: dict[str, Starter]) -> Iterator[Definition]:
    tagged = {tag.removeprefix("exercise:") for tag in cell.tags if tag.startswith("exercise:")}
    defined = set[str]()
    for node in tree.body:
        for name in _names(node):
            defined.add(name)
            yield Definition(
                name=name,
                cell=cell.index,
                line=_first_line(node),
                end_line=node.end_lineno or node.lineno,
                untouched=name in starters and starters[name].has(node),
                unfinished=_unfinished(node),
                params=_params(node),
                defaults=_defaults(node),
                loops=_loops(node, name),
            )
    for name in sorted(tagged & starters.keys() - defined):
        end = tree.body[-1].end_lineno or 1 if tree.body else 1
        yield Definition(name=name, cell=cell.index, line=1, end_line=end, untouched=starters[name].is_whole(tree))


def _names(node: ast.stmt) -> list[str]:
    """Return what a top-level statement defines in the module: by `def`, by assignment, inside `with`, `if` or a call."""
    found: list[str] = []
    todo: list[ast.AST] = [node]
    while todo:
        inner = todo.pop(0)
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.append(inner.name)
            continue
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store) and not _only_declares(node):
            found.append(inner.id)
        if not isinstance(inner, SCOPES):
            todo += ast.iter_child_nodes(inner)
    return list(dict.fromkeys(found))


def _only_declares(node: ast.stmt) -> bool:
    return isinstance(node, ast.AnnAssign) and node.value is None


def _params(node: ast.stmt) -> tuple[str, ...]:
    if not isinstance(node, ast.FunctionDef):
        return ()
    own = node.args
    return tuple(one.arg for one in (*own.posonlyargs, *own.args, *own.kwonlyargs))


def _defaults(node: ast.stmt) -> tuple[tuple[str, str], ...]:
    """Return (parameter, repr of its default) where the default is a plain value."""
    if not isinstance(node, ast.FunctionDef):
        return ()
    placed = [*node.args.posonlyargs, *node.args.args]
    named = list(zip(placed[len(placed) - len(node.args.defaults) :], node.args.defaults, strict=True))
    named += [(one, value) for one, value in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if value]
    found = []
    for one, value in named:
        with contextlib.suppress(ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            found.append((one.arg, repr(ast.literal_eval(value))[:100]))
    return tuple(found)


def _loops(node: ast.stmt, name: str) -> tuple[int, ...]:
    """Return the lines with a Python loop: a statement, a comprehension, `map` and its kin, a call of the name itself."""
    lines = {inner.lineno for inner in ast.walk(node) if isinstance(inner, LOOPS)}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call):
            called = (_dotted(inner.func) or "").rpartition(".")[2]
            if called in LOOPING or (called == name and isinstance(inner.func, ast.Name)):
                lines.add(inner.lineno)
    return tuple(sorted(lines))


def _first_line(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", [])
    return int(min([node.lineno, *(decorator.lineno for decorator in decorators)]))


def _unfinished(node: ast.stmt) -> bool:
    """Tell whether a function's body does nothing but raise NotImplementedError, `pass` or `...`."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    return all(_idle(statement) for statement in node.body)


def _idle(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.Raise):
        error = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
        return isinstance(error, ast.Name) and error.id == "NotImplementedError"
    return isinstance(statement, ast.Pass)


def _aliases(tree: ast.Module) -> dict[str, str]:
    """Return what each imported name stands for, wherever in the cell the import is."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                found[alias.asname or alias.name] = f"{node.module or ''}.{alias.name}"
    modules = {name: whole for name, whole in found.items() if name in _imported(tree)}
    return {name: modules[other] for name, other in _renamed(tree) if other in modules} | found


def _imported(tree: ast.Module) -> set[str]:
    """Return the names that stand for modules because an `import` says so."""
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.Import))
    return {alias.asname or alias.name.split(".")[0] for node in imports for alias in node.names}


def _renamed(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield (new, old) for each `new = old` with names on both sides."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name):
            yield from ((target.id, node.value.id) for target in node.targets if isinstance(target, ast.Name))


def _uses(tree: ast.Module, cell: Cell, aliases: dict[str, str]) -> Iterator[Use]:
    for statement in tree.body:
        around = _around(statement)
        for inside in around:
            yield from _uses_of(ast.walk(statement), inside, cell, aliases)
        if "" not in around:
            yield from _uses_of(_at_once(statement), AT_ONCE, cell, aliases)


def _uses_of(nodes: Iterator[ast.AST], inside: str, cell: Cell, aliases: dict[str, str]) -> Iterator[Use]:
    line = 1
    for node in nodes:
        line = getattr(node, "lineno", line)
        for name in _mentioned(node, aliases):
            yield Use(name=name, cell=cell.index, line=line, inside=inside)


def _at_once(statement: ast.stmt) -> Iterator[ast.AST]:
    """Yield what runs when a definition is met: all but the bodies of functions, so defaults, decorators, classes."""
    todo: list[ast.AST] = [statement]
    while todo:
        node = todo.pop()
        if not isinstance(getattr(node, "ctx", None), ast.Store):  # what is given a name is not used by that
            yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            todo += [*node.decorator_list, node.args, *([node.returns] if node.returns else [])]
        elif isinstance(node, ast.Lambda):
            todo.append(node.args)
        else:
            todo += ast.iter_child_nodes(node)


def _around(statement: ast.stmt) -> tuple[str, ...]:
    """Return what a statement's code belongs to: the name it defines; of a block, each name and the file as a whole."""
    names = _names(statement)
    if isinstance(statement, DEFINING):
        return tuple(names[:1]) or ("",)
    return ("", *names)


def _mentioned(node: ast.AST, aliases: dict[str, str]) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module or ''}.{alias.name}" for alias in node.names]
    if isinstance(node, ast.Name):
        return [aliases.get(node.id, node.id)]
    if isinstance(node, ast.Attribute):
        return [_attribute(node.value, node.attr, aliases)]
    asked = _asked_by_text(node)
    return [_attribute(*asked, aliases)] if asked else []


def _attribute(owner: ast.expr, name: str, aliases: dict[str, str]) -> str:
    dotted = _dotted(owner)
    if dotted is None:
        return f"?.{name}"
    head, _, rest = f"{dotted}.{name}".partition(".")
    return f"{aliases.get(head, head)}.{rest}"


def _asked_by_text(node: ast.AST) -> tuple[ast.expr, str] | None:
    """Return (owner, name) of `getattr(owner, "name")`, `vars(owner)["name"]` and `owner.__dict__["name"]`."""
    match node:
        case ast.Call(func=ast.Name(id="getattr"), args=[owner, text, *_]):
            pass
        case ast.Call(func=ast.Attribute(attr="__getattribute__"), args=[owner, text]):
            pass
        case ast.Call(func=ast.Attribute(value=owner, attr="__getattribute__"), args=[text]):
            pass
        case ast.Subscript(value=ast.Call(func=ast.Name(id="vars"), args=[owner]), slice=text):
            pass
        case ast.Subscript(value=ast.Attribute(value=owner, attr="__dict__"), slice=text):
            pass
        case _:
            return None
    name = _constant_text(text)
    return (owner, name) if name is not None and name.isidentifier() else None


def _constant_text(node: ast.expr) -> str | None:
    """Return what a text in the source comes to, where it is put together from literals; None for any other."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            parts = [_constant_text(left), _constant_text(right)]
            joint = ""
        case ast.JoinedStr(values=values):
            parts, joint = [_constant_text(value) for value in values], ""
        case ast.FormattedValue(value=value, format_spec=None):
            parts, joint = [_constant_text(value)], ""
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(joint)), attr="join"), args=[listed]) if (
            isinstance(listed, ast.List | ast.Tuple)
        ):
            parts = [_constant_text(element) for element in listed.elts]
        case _:
            return None
    return None if None in parts else joint.join(part for part in parts if part is not None)


def _dotted(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = _dotted(node.value)
        return None if owner is None else f"{owner}.{node.attr}"
    return None
