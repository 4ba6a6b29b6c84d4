"""A module with its named steps put back where they are used: what two of them do together can then be seen. Pure.

A local name that stands for one expression, and a helper function that returns one, say nothing of their own. Nothing is
moved over what may write to something that it reads: where that is in doubt, the name stays.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.mutants.answer import mentioned
from grader.mutants.applied import name_of
from grader.mutants.effects import doubtful, is_unsure

STEP = "step"
"""The attribute of a node that had a name of its own."""

SIMPLE = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return, ast.Expr)
DELAYED = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda)
"""What is inside may be computed later, or again and again."""
ARITHMETIC = (ast.BinOp, ast.UnaryOp, ast.Name, ast.Constant, ast.operator, ast.unaryop, ast.expr_context)
Block = list[ast.stmt]


@dataclass(frozen=True)
class _Helper:
    """A function of a module that is one expression of its parameters."""

    params: tuple[str, ...]
    defaults: Mapping[str, ast.expr]
    value: ast.expr

    def bound(self, call: ast.Call) -> dict[str, ast.expr] | None:
        """Return the arguments of a call by parameter, None if that is not sure, or one with work in it is needed twice."""
        if any(isinstance(each, ast.Starred) for each in call.args) or len(call.args) > len(self.params):
            return None
        given = dict(zip(self.params, call.args, strict=False))
        named = {each.arg: each.value for each in call.keywords if each.arg is not None}
        if len(named) < len(call.keywords) or set(named) & set(given):
            return None
        every = {**self.defaults, **given, **named}
        if set(every) != set(self.params):
            return None
        used = [each.id for each in ast.walk(self.value) if isinstance(each, ast.Name)]
        return every if all(used.count(name) == 1 or _is_plain(value) for name, value in every.items()) else None


def inlined(tree: ast.Module) -> ast.Module:
    """Return a module that computes the same without its named steps; each has its STEP. Statements keep their places."""
    view = copy.deepcopy(tree)
    outside = {alias.asname or alias.name.partition(".")[0] for alias in _aliases(view)}
    helpers: dict[str, _Helper] = {}
    for function in _callees_first(view):
        _Expanding(function, helpers, outside).expand()
        for block in _blocks(function):
            _put_back(function, block, outside)
        helper = _as_helper(function, outside)
        if helper is not None and function in view.body:
            helpers[function.name] = helper
    gone = mentioned(tree) - mentioned(view)
    view.body = [ast.Pass() if _is_gone(each, gone) else each for each in view.body]
    return ast.fix_missing_locations(view)


def _is_gone(statement: ast.stmt, gone: set[str]) -> bool:
    return isinstance(statement, ast.FunctionDef) and statement.name in gone


def has_step(node: ast.AST) -> bool:
    """Tell whether something inside an expression, not itself, had a name."""
    return any(getattr(each, STEP, False) for each in ast.walk(node) if each is not node)


def _aliases(tree: ast.Module) -> Iterator[ast.alias]:
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from node.names


def _callees_first(tree: ast.Module) -> list[ast.FunctionDef]:
    """Return all functions: those of the module after what they call, then methods and functions inside others."""
    defined = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    names = [node.name for node in defined]
    by_name = {node.name: node for node in defined if names.count(node.name) == 1}
    found: list[ast.FunctionDef] = []
    seen = set[str]()

    def visit(function: ast.FunctionDef) -> None:
        if function.name in seen:
            return
        seen.add(function.name)
        for name in sorted(mentioned(function) & set(by_name)):
            visit(by_name[name])
        found.append(function)

    for function in by_name.values():
        visit(function)
    return [*found, *(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node not in defined)]


def _as_helper(function: ast.FunctionDef, outside: set[str]) -> _Helper | None:
    """Return a function as an expression of its parameters, None if it is more than that."""
    arguments, body = function.args, [each for each in function.body if not isinstance(each, ast.Pass)]
    if function.decorator_list or arguments.vararg or arguments.kwarg or arguments.kwonlyargs or len(body) != 1:
        return None
    (last,) = body
    if not isinstance(last, ast.Return) or last.value is None or is_unsure(last.value, outside):
        return None
    if any(isinstance(each, DELAYED) for each in ast.walk(last.value)):
        return None
    params = [*arguments.posonlyargs, *arguments.args]
    names = tuple(each.arg for each in params)
    own = dict(zip(names[len(names) - len(arguments.defaults) :], arguments.defaults, strict=True))
    if not set(names) <= mentioned(last.value):
        return None
    return _Helper(names, {name: value for name, value in own.items() if isinstance(value, ast.Constant)}, last.value)


class _Expanding(ast.NodeTransformer):
    """Puts what helpers compute in the place of their calls."""

    def __init__(self, function: ast.FunctionDef, helpers: Mapping[str, _Helper], outside: set[str]) -> None:
        self._function, self._helpers, self._outside = function, helpers, outside
        stored = {each.id for each in ast.walk(function) if isinstance(each, ast.Name) and not _is_read(each)}
        self._bound = stored | {each.arg for each in ast.walk(function) if isinstance(each, ast.arg)}

    def expand(self) -> None:
        self._function.body = [self.visit(each) for each in self._function.body]

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        own = isinstance(node.func, ast.Name) and node.func.id not in self._bound
        helper = self._helpers.get(name_of(node)) if own else None
        if helper is None or any(is_unsure(each, self._outside) for each in node.args):
            return node
        bound = helper.bound(node)
        if bound is None or (mentioned(helper.value) - set(helper.params)) & self._bound:
            return node
        return _step(Replacing(bound).visit(copy.deepcopy(helper.value)))


class Replacing(ast.NodeTransformer):
    """Puts expressions in the place of names; what is more than a name is a step."""

    def __init__(self, values: Mapping[str, ast.expr]) -> None:
        self._values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Return a copy of what stands for a name that is read, the name itself where nothing does."""
        value = self._values.get(node.id) if _is_read(node) else None
        return node if value is None else _copied(value)


def _copied(value: ast.expr) -> ast.expr:
    same = copy.deepcopy(value)
    return same if _is_plain(same) else _step(same)


def _step(node: ast.expr) -> ast.expr:
    setattr(node, STEP, True)
    return node


def _is_plain(node: ast.expr) -> bool:
    """Tell whether an expression is a name, an attribute of one, or a constant: reading it twice changes nothing."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name | ast.Constant)


def _is_read(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Load)


def _blocks(node: ast.AST) -> Iterator[Block]:
    """Yield the blocks of statements of a function, without those of functions inside it."""
    for _, value in ast.iter_fields(node):
        if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
            yield value
            for each in value:
                if not isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    yield from _blocks(each)
        elif isinstance(value, list):
            for each in value:
                if isinstance(each, ast.ExceptHandler | ast.match_case):
                    yield from _blocks(each)


def _put_back(function: ast.FunctionDef, block: Block, outside: set[str]) -> None:
    """Put what names of a block stand for in the places where they are read; a `pass` stays."""
    every = [each for each in ast.walk(function) if isinstance(each, ast.Name)]
    shared = {name for each in ast.walk(function) if isinstance(each, ast.Global | ast.Nonlocal) for name in each.names}
    fixed = shared | {each.arg for each in ast.walk(function) if isinstance(each, ast.arg)}
    for index, statement in enumerate(block):
        target = statement.targets[0] if isinstance(statement, ast.Assign) and len(statement.targets) == 1 else None
        if not isinstance(statement, ast.Assign) or not isinstance(target, ast.Name) or target.id in fixed:
            continue
        count = sum(each.id == target.id and _is_read(each) for each in every)
        if sum(each.id == target.id and not _is_read(each) for each in every) != 1 or not count:
            continue
        later = _users(target.id, statement.value, block[index + 1 :], count, outside)
        if later and (count == 1 or _is_arithmetic(statement.value)):
            for user in later:
                Replacing({target.id: statement.value}).visit(user)
            block[index] = ast.Pass()
            every = [each for each in ast.walk(function) if isinstance(each, ast.Name)]


def _users(name: str, value: ast.expr, later: Sequence[ast.stmt], count: int, outside: set[str]) -> list[ast.stmt]:
    """Return the statements that read a name as often as that, nothing if its value must not go there."""
    if is_unsure(value, outside):
        return []
    found: list[ast.stmt] = []
    reads = mentioned(value)
    for statement in later:
        here = _reads_of(name, statement)
        if here is None:
            return []
        if here:
            if not isinstance(statement, SIMPLE) or not all(_comes_first(each, statement, outside) for each in here):
                return []
            found.append(statement)
            count -= len(here)
            if count == 0:
                return found
        if not _is_quiet(statement, reads, outside):
            return []
    return []


def _reads_of(name: str, statement: ast.stmt) -> list[ast.Name] | None:
    """Return where a statement reads a name, None if one of the places is delayed."""
    inside = [each for each in ast.walk(statement) if isinstance(each, (*DELAYED, ast.FunctionDef))]
    if any(name in mentioned(each) for each in inside):
        return None
    return [each for each in ast.walk(statement) if isinstance(each, ast.Name) and each.id == name]


def _comes_first(read: ast.Name, statement: ast.stmt, outside: set[str]) -> bool:
    """Tell whether all in a statement that may write needs what is read there, and so comes after it."""
    return all(any(each is read for each in ast.walk(one)) for one in doubtful(statement, outside))


def _is_quiet(statement: ast.stmt, reads: set[str], outside: set[str]) -> bool:
    """Tell whether a statement gives names, none of some, their values, and does nothing else."""
    if isinstance(statement, ast.Pass):
        return True
    if not isinstance(statement, ast.Assign) or is_unsure(statement.value, outside):
        return False
    parts = [part for each in statement.targets for part in (each.elts if isinstance(each, ast.Tuple) else [each])]
    return all(isinstance(part, ast.Name) and part.id not in reads for part in parts)


def _is_arithmetic(value: ast.expr) -> bool:
    """Tell whether an expression is so little that it may be computed twice."""
    return all(isinstance(each, ARITHMETIC) for each in ast.walk(value))
