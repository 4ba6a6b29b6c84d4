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
from grader.mutants.inlined import inlined
from grader.mutants.mutate import Edit, Path, edited, edits
from grader.mutants.nouns import Known
from grader.mutants.spanning import spanning
from grader.mutants.usual import USUAL
from grader.mutants.words import meaning
from grader.mutants.words_of_steps import exchanged

MOST = 500
"""So many slips of a reference are tried; those that people make most often come first."""

MOST_PAIRS = 1200
"""So many pairs of slips are tried."""

ALTERNATIVES = 3
"""Where more than so many explanations are equally good, none is told."""
OR = "; or, which here comes to the same, "

WHOLE = {"name", "complemented", "halves"}
"""Changes that are one change only where they are made everywhere."""

BLOCKS = {"body", "orelse", "finalbody", "handlers"}
EVERYWHERE = ", and the same in the other places like it"
ORDER = {kind: number for number, kind in enumerate(USUAL)}


class Slip(Value, frozen=True, kw_only=True):
    """What is told of a mutant: a rule's id, the end of its sentence; `where` it is, and how well that explains it.

    `spans` says that it changes what several named steps do together, and so the module with these put in their places.
    """

    number: int
    rule: str
    told: str
    where: str
    order: int
    depth: int
    parts: tuple[int, ...] = ()
    spans: bool = False

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
    return tuple(Mutated(slip, text) for text, (slip, _) in _made(tree, names_of(exercise)).items())


def pairs(exercise: Exercise, source: str, numbers: Sequence[int]) -> tuple[Mutated, ...]:
    """Return pairs of the slips of some numbers, each source once, those of the first numbers first.

    What spans named steps is in no pair: its edit belongs to another tree.
    """
    tree = ast.parse(answer_of(exercise, source))
    made = _made(tree, names_of(exercise))
    single = {slip.number: (slip, edits) for slip, edits in made.values() if not slip.spans}
    chosen = [single[number] for number in numbers if number in single]
    ranked = sorted(itertools.combinations(range(len(chosen)), 2), key=lambda two: (sum(two), two))
    found: dict[str, Slip] = {}
    for first, second in ranked:
        one, other = chosen[first], chosen[second]
        if not {edit.path for edit in one[1]} & {edit.path for edit in other[1]}:
            pair = _pair(tree, one, other)
            if pair.source not in made:
                found.setdefault(pair.source, pair.slip)
        if len(found) == MOST_PAIRS:
            break
    return tuple(Mutated(slip, text) for text, slip in found.items())


def again(exercise: Exercise, source: str, wanted: Sequence[Slip]) -> tuple[Mutated, ...]:
    """Return slips, or pairs of them, with their modules."""
    tree = ast.parse(answer_of(exercise, source))
    made = _made(tree, names_of(exercise))
    single = {slip.number: (slip, edits) for slip, edits in made.values()}
    texts = {slip.number: text for text, (slip, _) in made.items()}
    return tuple(
        _pair(tree, *(single[part] for part in each.parts)) if each.parts else Mutated(each, texts[each.number])
        for each in wanted
        if all(number in single for number in each.parts or (each.number,))
    )


Made = tuple[Slip, Sequence[Edit]]


def _made(tree: ast.Module, known: Known) -> dict[str, Made]:
    """Return the slips of a module with their edits, by source; last those that span its named steps."""
    single = list(edits(tree, USUAL))
    found: dict[str, Made] = {}
    _add(found, tree, [*((edit,) for edit in single), *_everywhere(single)], known)
    view = inlined(tree)
    _add(found, view, [(edit,) for edit in spanning(view)], known, spans=True)
    return found


def _add(
    found: dict[str, Made], tree: ast.Module, groups: Sequence[tuple[Edit, ...]], known: Known, *, spans: bool = False
) -> None:
    """Add the slips that groups of edits of a module make, those of the usual kinds first."""
    plain = ast.unparse(tree)
    for chosen in sorted(groups, key=lambda each: ORDER[each[0].kind]):
        if len(found) == MOST:
            break
        swapped = exchanged(chosen, known)
        words = swapped or meaning(chosen[0], known)
        text = "" if words is None else edited(tree, chosen)
        if words is not None and text != plain and text not in found:
            slip = _slip(len(found), words, chosen, whole=swapped is not None)
            found[text] = msgspec.structs.replace(slip, spans=spans), chosen


def _pair(tree: ast.Module, one: Made, other: Made) -> Mutated:
    first, second = one[0], other[0]
    slip = Slip(
        number=MOST * (first.number + 1) + second.number,
        rule="slip.two",
        told=f"{first.told}, and {second.told}",
        where=" ".join(sorted({*first.where.split(), *second.where.split()})),
        order=first.order + second.order,
        depth=first.depth + second.depth,
        parts=(first.number, second.number),
    )
    return Mutated(slip, edited(tree, [*one[1], *other[1]]))


def _are_apart(chosen: Sequence[Edit]) -> bool:
    """Tell whether no edit is inside another."""
    paths = sorted((edit.path for edit in chosen), key=_sortable)
    return all(a != b[: len(a)] for a, b in itertools.pairwise(paths))


def _sortable(path: Path) -> list[tuple[str, int]]:
    return [(field, -1 if index is None else index) for field, index in path]


def told(candidates: Sequence[Slip]) -> Slip | None:
    """Return what to tell of slips that are alike in all that can be observed, None where that would be a guess.

    Those in one statement are views of one slip: that of the usual kind, and of the larger piece, is told. Of two
    statements both are told, since either may be what was done; of a few more the one of the most usual kind. What
    spans named steps is told where nothing simpler is alike.
    """
    views: dict[str, Slip] = {}
    simple = [each for each in candidates if not each.spans]
    for each in sorted(simple or candidates, key=lambda each: (each.order, each.depth, each.number)):
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


def _slip(number: int, words: tuple[str, str], chosen: Sequence[Edit], *, whole: bool) -> Slip:
    where = {_statement(edit.path) for edit in chosen}
    return Slip(
        number=number,
        rule=words[0],
        told=words[1] + ("" if whole or len(chosen) == 1 or chosen[0].kind in WHOLE else EVERYWHERE),
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
        if len(chosen) > 1 and _are_apart(chosen):
            yield chosen


def _likenesses(edit: Edit) -> Iterator[tuple[str, ...]]:
    node, parent = edit.place.node, edit.place.parent
    if edit.kind in WHOLE:
        key = (edit.kind, ast.dump(node), ast.dump(edit.replacement))
        yield *key, _statement(edit.path)
        if edit.kind == "complemented":
            yield *key, "everywhere"
            if _has_both(edit):
                yield edit.kind, "both"
        if edit.kind == "halves":
            alternating = name_of(node) == "flatten" if isinstance(node, ast.Call) else "::2" in ast.unparse(node)
            yield edit.kind, str(alternating)
    elif edit.kind == "neighbour":
        yield edit.kind, str(edit.choice), edit.place.role, _nameless(parent)
    elif isinstance(node, ast.Constant | ast.UnaryOp):
        yield edit.kind, str(edit.choice), edit.place.role, ast.dump(node), _nameless(parent)
    else:
        yield edit.kind, str(edit.choice), _nameless(node)
    if isinstance(node, ast.Call):
        yield edit.kind, str(edit.choice), "call", name_of(node)
    if isinstance(node, ast.BinOp):
        yield edit.kind, str(edit.choice), "left", type(node.op).__name__, ast.unparse(node.left)
        yield edit.kind, str(edit.choice), "right", type(node.op).__name__, ast.unparse(node.right)
    if edit.kind in {"renamed", "number", "name"}:
        yield edit.kind, "exchange", *sorted(ast.unparse(each).rpartition(".")[2] for each in (node, edit.replacement))


def _has_both(edit: Edit) -> bool:
    """Tell whether a statement has a weight and 1 minus it, and this edit is of either."""
    weight = ast.unparse(edit.place.node)
    for statement in ast.walk(edit.place.function) if edit.place.function else ():
        if isinstance(statement, ast.Assign | ast.Return | ast.AugAssign):
            nodes = list(ast.walk(statement))
            if any(node is edit.place.node for node in nodes):
                text = ast.unparse(statement)
                return text.count(f"1 - {weight}") == 1 and sum(ast.unparse(n) == weight for n in nodes) > 1
    return False


def _nameless(node: ast.AST) -> str:
    return re.sub(r"id='\w+'", "", ast.dump(node))
