"""Asserts -> scenarios: what a test compared with a number is observed, and the reference says what it should be."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.importing.cells import parsed
from grader.importing.draws import UnsupportedError, drawn, is_seeding
from grader.importing.markers import AUTOTEST, HIDDEN
from grader.importing.values import Snippet

TESTERS = {"pytest", "nose", "unittest", "otter", "doctest"}
"""Modules of test frameworks: nothing of them is left in a scenario."""
OWN = {"student", "draw", "seen"}
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Scenario:
    """Statements of a scenario, the names that they need from outside, and those of the student's functions."""

    where: str
    raising: bool
    body: tuple[ast.stmt, ...]
    needs: frozenset[str]
    students: frozenset[str]


def scenarios(snippet: Snippet, asked: frozenset[str]) -> tuple[Scenario, ...]:
    """Return what a test observes; empty if it looks at nothing of the student's.

    `asked` are the student's functions. Raises `UnsupportedError`, with the reason, for what cannot be a scenario.
    """
    source = AUTOTEST.sub(_autotest, HIDDEN.sub("", snippet.source))
    tree = parsed(source)
    if tree is None:
        raise UnsupportedError("it is no Python that can be read")
    reader = _Reader(asked)
    body = reader.body(unwrapped(tree.body))
    found = []
    if any(isinstance(node, ast.Name) and node.id == "seen" for stmt in body for node in ast.walk(stmt)):
        start = ast.parse("seen = {}").body
        finish = ast.parse("return observe(**seen)").body
        found.append(_scenario(snippet, (*start, *body, *finish), raising=False))
    found += [_scenario(snippet, stmts, raising=True) for stmts in reader.raising]
    return tuple(found)


def _autotest(match: object) -> str:
    """Return nbgrader's "### AUTOTEST f(2); f(3)" as statements, whose values are observed."""
    indent, expressions = match.group(1), match.group(2)  # type: ignore[attr-defined]
    return "\n".join(f"{indent}{part.strip()}" for part in expressions.split(";") if part.strip())


def _scenario(snippet: Snippet, body: Sequence[ast.stmt], *, raising: bool) -> Scenario:
    stmts = tuple(ast.fix_missing_locations(stmt) for stmt in body)
    students = {
        node.attr
        for stmt in stmts
        for node in ast.walk(stmt)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "student"
    }
    return Scenario(snippet.where, raising, stmts, frozenset(_needs(stmts)), frozenset(students))


def _needs(body: Sequence[ast.stmt]) -> set[str]:
    loaded, bound = set[str](), set[str]()
    for node in (node for stmt in body for node in ast.walk(stmt)):
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                loaded.add(name)
            case ast.Name(id=name):
                bound.add(name)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                bound |= {(alias.asname or alias.name).partition(".")[0] for alias in names}
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                bound.add(name)
            case ast.arg(arg=name):
                bound.add(name)
            case ast.ExceptHandler(name=str(name)):
                bound.add(name)
    return loaded - bound - set(dir(builtins)) - OWN - {"observe"}


def unwrapped(body: list[ast.stmt]) -> list[ast.stmt]:
    """Return statements with functions that hold asserts opened, and the calls of those left out."""
    tests = {
        stmt.name
        for stmt in body
        if isinstance(stmt, ast.FunctionDef) and any(isinstance(node, ast.Assert) for node in ast.walk(stmt))
    }
    found: list[ast.stmt] = []
    for stmt in body:
        if isinstance(stmt, ast.FunctionDef) and stmt.name in tests:
            found += [inner for inner in stmt.body if not isinstance(inner, ast.Return)]
        elif not (isinstance(stmt, ast.Expr) and _called(stmt.value) in tests):
            found.append(stmt)
    return found


def _called(node: ast.AST) -> str:
    """Return the last name of what a call calls: "assert_close" of torch.testing.assert_close(...), else ""."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


class _Names(ast.NodeTransformer):
    """The student's functions become the student's; random inputs become drawn ones."""

    def __init__(self, asked: frozenset[str]) -> None:
        self.asked = asked

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self.asked and isinstance(node.ctx, ast.Load):
            return ast.Attribute(value=ast.Name(id="student", ctx=ast.Load()), attr=node.id, ctx=ast.Load())
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        replaced = drawn(node)
        return replaced if replaced is not None else self.generic_visit(node)


class _Reader:
    """Goes through a test's statements in order, and remembers which variables came from the student's code."""

    def __init__(self, asked: frozenset[str]) -> None:
        self.asked = asked
        self.tainted: set[str] = set()
        self.noted: set[str] = set()
        self.kept: list[ast.stmt] = []
        self.raising: list[tuple[ast.stmt, ...]] = []

    def body(self, stmts: Sequence[ast.stmt]) -> list[ast.stmt]:
        """Return statements that note in `seen` what the given ones look at."""
        return [made for stmt in stmts for made in self._statement(stmt)]

    def _statement(self, stmt: ast.stmt) -> list[ast.stmt]:
        match stmt:
            case ast.Assert(test=test):
                return self._observed(test)
            case ast.Expr(value=value):
                return self._expression(value)
            case ast.Import(names=names) if {alias.name.partition(".")[0] for alias in names} & TESTERS:
                return []
            case ast.ImportFrom(module=module) if (module or "").partition(".")[0] in TESTERS:
                return []
            case ast.With() | ast.Try() if self._expects_an_error(stmt):
                return self._raises(stmt)
            case ast.For() | ast.If() | ast.While() | ast.With() | ast.Try():
                return [self._block(stmt)]
        self._taint(stmt)
        kept = self._own(stmt)
        self.kept.append(kept)
        return [kept]

    def _expression(self, value: ast.expr) -> list[ast.stmt]:
        name = _called(value)
        if name.startswith("assert") and isinstance(value, ast.Call):
            return [made for argument in value.args for made in self._observed(argument)]
        if name in {"print", "display"} or is_seeding(value):
            return []
        if _students(value, self.asked) and name != "backward":
            return self._observed(value)
        kept = self._own(ast.Expr(value=value))
        self.kept.append(kept)
        return [] if isinstance(value, ast.Constant) else [kept]

    def _own(self, stmt: ast.stmt) -> ast.stmt:
        made = _Names(self.asked).visit(stmt)
        assert isinstance(made, ast.stmt)
        return made

    def _taint(self, stmt: ast.stmt) -> None:
        value = getattr(stmt, "value", None)
        if isinstance(value, ast.expr) and (_students(value, self.asked) or self._tainted_in(value)):
            targets = getattr(stmt, "targets", None) or [getattr(stmt, "target", None)]
            for node in (node for target in targets if target is not None for node in ast.walk(target)):
                if isinstance(node, ast.Name):
                    self.tainted.add(node.id)
                    self.noted.discard(node.id)

    def _tainted_in(self, node: ast.AST) -> list[str]:
        names = (one.id for one in ast.walk(node) if isinstance(one, ast.Name) and one.id in self.tainted)
        return list(dict.fromkeys(names))

    def _observed(self, looked_at: ast.expr) -> list[ast.stmt]:
        found = list(_outermost(looked_at, self.asked))
        names = [] if found else self._tainted_in(looked_at)
        found += [ast.Name(id=name, ctx=ast.Load()) for name in names if name not in self.noted]
        self.noted |= set(names)
        if found or names:
            return [self._noted(expression) for expression in found]
        found = [node for node in ast.walk(looked_at) if isinstance(node, ast.Attribute) and node.attr == "grad"]
        return [self._noted(expression) for expression in found]

    def _noted(self, expression: ast.expr) -> ast.stmt:
        (stmt,) = ast.parse('seen[f"value {len(seen) + 1}"] = None').body
        assert isinstance(stmt, ast.Assign)
        stmt.value = _Names(self.asked).visit(expression)
        return stmt

    def _block(self, stmt: ast.For | ast.If | ast.While | ast.With | ast.Try) -> ast.stmt:
        """Return a statement with others in it, each of those read in turn."""
        for part in ("iter", "test"):
            if isinstance(getattr(stmt, part, None), ast.expr):
                setattr(stmt, part, _Names(self.asked).visit(getattr(stmt, part)))
        for item in getattr(stmt, "items", ()):
            item.context_expr = _Names(self.asked).visit(item.context_expr)
        for part in ("body", "orelse", "finalbody"):
            if getattr(stmt, part, None):
                setattr(stmt, part, self.body(getattr(stmt, part)) or ([ast.Pass()] if part == "body" else []))
        for handler in getattr(stmt, "handlers", ()):
            handler.body = self.body(handler.body) or [ast.Pass()]
        return stmt

    def _expects_an_error(self, stmt: ast.With | ast.Try) -> bool:
        if isinstance(stmt, ast.With):
            return any(_called(item.context_expr) in {"raises", "assertRaises"} for item in stmt.items)
        return any(_students(inner, self.asked) for inner in stmt.body) and bool(stmt.handlers)

    def _raises(self, stmt: ast.With | ast.Try) -> list[ast.stmt]:
        """Put a call that must raise into a scenario of its own, behind what comes before it."""
        for call in (call for inner in stmt.body for call in _outermost(inner, self.asked)):
            (returned,) = ast.parse("return observe(returned=None)").body
            assert isinstance(returned, ast.Return)
            assert isinstance(returned.value, ast.Call)
            returned.value.keywords[0].value = _Names(self.asked).visit(call)
            self.raising.append((*self.kept, returned))
        return []


def _students(node: ast.AST, asked: frozenset[str]) -> bool:
    return next(_outermost(node, asked), None) is not None


def _outermost(node: ast.AST, asked: frozenset[str]) -> Iterator[ast.expr]:
    """Yield the outermost calls of the student's functions; one in a comprehension with the loop around it."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in asked:
        yield node
    elif isinstance(node, COMPREHENSIONS):
        for inner in _outermost(node.elt, asked):
            yield ast.ListComp(elt=inner, generators=node.generators)
    elif not isinstance(node, ast.Lambda):
        for child in ast.iter_child_nodes(node):
            yield from _outermost(child, asked)
