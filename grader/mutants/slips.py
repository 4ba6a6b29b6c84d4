"""A reference's source -> its slips: mutants with the words for a student whose answer behaves like one. Pure."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from grader.model import Exercise
from grader.model.base import Value
from grader.mutants.answer import answer_of
from grader.mutants.applied import name_of
from grader.mutants.mutate import Edit, Path, edited, edits
from grader.mutants.nouns import Known
from grader.mutants.usual import USUAL
from grader.mutants.words import meaning

MOST = 500
"""So many slips of a reference are tried; those that people make most often come first."""

ALTERNATIVES = 3
"""Where more than so many explanations are equally good, none is told."""
OR = "; or, which here comes to the same, "

WHOLE = {"name", "complemented"}
"""Changes that are one change only where they are made everywhere."""

BLOCKS = {"body", "orelse", "finalbody", "handlers"}
EVERYWHERE = ", and the same in the other places like it"
ORDER = {kind: number for number, kind in enumerate(USUAL)}


class Slip(Value, frozen=True, kw_only=True):
    """What is told of a mutant: a rule's id, the end of its sentence; `where` it is, and how well that explains it."""

    number: int
    rule: str
    told: str
    where: str
    order: int
    depth: int

    @property
    def name(self) -> str:
        """The slip as text, for what was observed of it."""
        return msgspec.json.encode(self).decode()

    @staticmethod
    def of(name: str) -> Slip:
        """Return the slip that a name stands for."""
        return msgspec.json.decode(name, type=Slip)


@dataclass(frozen=True)
class Mutated:
    """A slip, and the module that makes it."""

    slip: Slip
    source: str


def slips(exercise: Exercise, source: str) -> tuple[Mutated, ...]:
    """Return the slips of a reference, each source once; the same for the same source."""
    tree = ast.parse(answer_of(exercise, source))
    known = names_of(exercise)
    plain = ast.unparse(tree)
    single = list(edits(tree, USUAL))
    found: dict[str, Slip] = {}
    for chosen in sorted([*((edit,) for edit in single), *_everywhere(single)], key=lambda each: ORDER[each[0].kind]):
        words = meaning(chosen[0], known)
        text = "" if words is None else edited(tree, chosen)
        if words is not None and text != plain and text not in found:
            found[text] = _slip(len(found), words, chosen)
            if len(found) == MOST:
                break
    return tuple(Mutated(slip, text) for text, slip in found.items())


def told(candidates: Sequence[Slip]) -> Slip | None:
    """Return what to tell of slips that are alike in all that can be observed, None where that would be a guess.

    Those in one statement are views of one slip: that of the usual kind, and of the larger piece, is told. Of two
    statements both are told, since either may be what was done; of a few more the one of the most usual kind.
    """
    views: dict[str, Slip] = {}
    for each in sorted(candidates, key=lambda each: (each.order, each.depth, each.number)):
        views.setdefault(each.where, each)
    meanings = {_gist(each): each for each in reversed(views.values())}
    if not meanings:
        return None
    first, *others = sorted(meanings.values(), key=lambda each: each.order)
    if len(others) >= ALTERNATIVES or (len(others) > 1 and others[0].order == first.order):
        return None
    shown = [first, *others] if len(others) == 1 else [first]
    return msgspec.structs.replace(first, told=OR.join(each.told for each in shown))


def _gist(slip: Slip) -> tuple[str, ...]:
    """Return what a slip's words say, in whatever order they name things."""
    return slip.rule, *sorted(re.findall(r"[^\s,]+", slip.told.removesuffix(EVERYWHERE)))


def names_of(exercise: Exercise) -> Known:
    """Return the names that a student knows from an exercise's starter."""
    try:
        tree = ast.parse(exercise.starter)
    except SyntaxError:
        tree = ast.Module(body=[], type_ignores=[])
    given = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)} - {"self"}
    return frozenset(given | {param.name for param in exercise.params} | {*exercise.outputs})


def _slip(number: int, words: tuple[str, str], chosen: Sequence[Edit]) -> Slip:
    where = {_statement(edit.path) for edit in chosen}
    return Slip(
        number=number,
        rule=words[0],
        told=words[1] + (EVERYWHERE if len(chosen) > 1 and chosen[0].kind not in WHOLE else ""),
        where=" ".join(sorted(where)),
        order=ORDER[chosen[0].kind],
        depth=len(chosen[0].path),
    )


def _statement(path: Path) -> str:
    """Return the innermost statement that a path leads through."""
    last = max(place for place, (field, _) in enumerate(path) if field in BLOCKS)
    return "/".join(f"{field}.{index}" for field, index in path[: last + 1])


def _everywhere(single: Sequence[Edit]) -> Iterator[tuple[Edit, ...]]:
    """Yield the same change made in all places that are alike but for names: who slips once does so again."""
    keyed = sorted(
        ((key, place, edit) for place, edit in enumerate(single) for key in _likenesses(edit)),
        key=lambda each: each[:2],
    )
    for _, group in itertools.groupby(keyed, key=lambda each: each[0]):
        chosen = tuple(edit for _, _, edit in group)
        paths = [edit.path for edit in chosen]
        apart = all(a != b[: len(a)] for a, b in itertools.pairwise(paths))
        if len(chosen) > 1 and apart:
            yield chosen


def _likenesses(edit: Edit) -> Iterator[tuple[str, ...]]:
    node, parent = edit.place.node, edit.place.parent
    if edit.kind in WHOLE:
        key = (edit.kind, ast.dump(node), ast.dump(edit.replacement))
        yield *key, _statement(edit.path)
        if edit.kind == "complemented":
            yield *key, "everywhere"
    elif edit.kind == "neighbour":
        yield edit.kind, str(edit.choice), edit.place.role, _nameless(parent)
    elif isinstance(node, ast.Constant | ast.UnaryOp):
        yield edit.kind, str(edit.choice), edit.place.role, ast.dump(node), _nameless(parent)
    else:
        yield edit.kind, str(edit.choice), _nameless(node)
    if isinstance(node, ast.Call):
        yield edit.kind, str(edit.choice), "call", name_of(node)


def _nameless(node: ast.AST) -> str:
    return re.sub(r"id='\w+'", "", ast.dump(node))
