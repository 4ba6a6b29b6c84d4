"""Similar code: what two students wrote alike that hardly anybody else wrote. Evidence to look at, never a verdict.

The starter's lines, comments and layout do not count, and neither do the names of variables: what is left is a row of tokens.
Runs of tokens that many have are the exercise's own; those that few share are kept, and a pair is as remarkable as the
part of its code that such runs cover. So nothing is compared with everything, and a class costs little more than its size.
"""

from __future__ import annotations

import io
import keyword
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.errors import Mistake
from grader.model import Cell, Submission

RUN = 12
"""So many tokens in a row are a run; a line of PyTorch has about ten."""
FEW = 0.04
"""What at most this share of the class wrote, and at least two did, is remarkable."""
LEAST_TOKENS = 30
"""Pairs that share fewer remarkable tokens are left out: a line or two may be chance."""
LEAST_SHARE = 0.2
MOST_PAIRS = 40
LAYOUT = {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.COMMENT, tokenize.ENCODING,
          tokenize.ENDMARKER}  # fmt: skip

Line = tuple[int, int]
"""A cell's index and a line in it, from 1."""


@dataclass(frozen=True)
class Script:
    """One hand-in: its own lines in order, and its tokens as numbers, with the line of each."""

    digest: str
    lines: tuple[tuple[Line, str], ...]
    tokens: NDArray[np.int64]
    places: tuple[Line, ...]


@dataclass(frozen=True)
class Pair:
    """Two hand-ins: the share of the smaller one's tokens that only few share, how alike all is, and the lines."""

    one: Script
    other: Script
    share: float
    alike: float
    one_lines: frozenset[Line]
    other_lines: frozenset[Line]


class Reader:
    """Reads submissions, and gives equal tokens equal numbers."""

    def __init__(self, starter: Iterable[str]) -> None:
        self._starter = {_plain(line) for text in starter for line in text.splitlines()}
        self._numbers: dict[str, int] = {}

    def read(self, submission: Submission) -> Script:
        """Return a submission without the starter's lines."""
        lines: list[tuple[Line, str]] = []
        tokens: list[int] = []
        places: list[Line] = []
        for cell in submission.cells:
            kept = self._own_lines(cell)
            words = [(word, row) for word, row in _words(cell.source) if row in kept]
            shown = sorted({row for _, row in words})
            lines += [((cell.index, row), kept[row]) for row in shown]
            tokens += [self._numbers.setdefault(word, len(self._numbers)) for word, _ in words]
            places += [(cell.index, row) for _, row in words]
        return Script(submission.digest, tuple(lines), np.asarray(tokens, dtype=np.int64), tuple(places))

    def _own_lines(self, cell: Cell) -> dict[int, str]:
        lines = enumerate(cell.source.splitlines(), start=1)
        return {row: line for row, line in lines if _plain(line) and _plain(line) not in self._starter}


def _plain(line: str) -> str:
    return "".join(line.split())


def _words(source: str) -> Iterator[tuple[str, int]]:
    """Yield each token that counts with its line; a name counts as itself after a dot alone. Ends where Python ends."""
    after_dot, begins = False, True
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type in LAYOUT:
                begins = begins or token.type != tokenize.COMMENT
                continue
            docstring = begins and token.type == tokenize.STRING
            begins = False
            if docstring:
                continue
            own_name = token.type == tokenize.NAME and not (after_dot or keyword.iskeyword(token.string))
            yield "name" if own_name else token.string, token.start[0]
            after_dot = token.string == "."
    except (tokenize.TokenError, SyntaxError):
        return


def pairs(scripts: Sequence[Script], whose: Mapping[str, frozenset[str]]) -> tuple[Pair, ...]:
    """Return the pairs that have most in common beside what the class has, the most remarkable first.

    `whose` gives the students of each digest; two hand-ins of one student are no pair. Raises `Mistake` without rapidfuzz.
    """
    try:
        from rapidfuzz.distance import Indel  # noqa: PLC0415 - an optional dependency
    except ModuleNotFoundError:
        raise Mistake("similar code needs rapidfuzz", "pip install rapidfuzz") from None
    found = []
    for one, other, runs in _most_shared(scripts):
        first, second = scripts[one], scripts[other]
        if whose[first.digest] & whose[second.digest]:
            continue
        covered = [_covered(script, runs) for script in (first, second)]
        share = max(float(np.mean(each)) for each in covered)
        if share < LEAST_SHARE or min(int(each.sum()) for each in covered) < LEAST_TOKENS:
            continue
        alike = Indel.normalized_similarity(first.tokens.tolist(), second.tokens.tolist())
        marked = [_lines(script, each) for script, each in zip((first, second), covered, strict=True)]
        found.append(Pair(first, second, share, alike, *marked))
    found.sort(key=lambda pair: (-pair.share, -pair.alike, pair.one.digest, pair.other.digest))
    return tuple(found[:MOST_PAIRS])


def _runs(script: Script) -> NDArray[np.uint64]:
    """Return a number for each run of tokens in a script, by its first token."""
    count = len(script.tokens) - RUN + 1
    if count <= 0:
        return np.zeros(0, dtype=np.uint64)
    made = np.zeros(count, dtype=np.uint64)
    for place in range(RUN):
        step = script.tokens[place : place + count].astype(np.uint64) + np.uint64(1)
        made = (made ^ step) * np.uint64(0x100000001B3)
        made ^= made >> np.uint64(29)
    return made


def _shared(scripts: Sequence[Script]) -> dict[tuple[int, int], set[int]]:
    """Return the remarkable runs that each pair of scripts shares."""
    each = [np.unique(_runs(script)) for script in scripts]
    if not each:
        return {}
    runs = np.concatenate(each)
    owner = np.repeat(np.arange(len(each)), [len(one) for one in each])
    order = np.argsort(runs, kind="stable")
    runs, owner = runs[order], owner[order]
    starts = np.flatnonzero(np.r_[True, runs[1:] != runs[:-1]]) if len(runs) else np.zeros(0, dtype=np.int64)
    counts = np.diff(np.r_[starts, len(runs)])
    few = max(2, int(FEW * len(scripts)))
    found: dict[tuple[int, int], set[int]] = defaultdict(set)
    for start, count in zip(starts.tolist(), counts.tolist(), strict=True):
        if 2 <= count <= few:
            owners = owner[start : start + count].tolist()
            for place, one in enumerate(owners):
                for other in owners[place + 1 :]:
                    found[one, other].add(int(runs[start]))
    return found


def _most_shared(scripts: Sequence[Script]) -> list[tuple[int, int, set[int]]]:
    """Return the pairs worth a closer look: those whose shared runs are most of the smaller one's tokens."""
    sizes = [max(1, len(script.tokens)) for script in scripts]
    every = [(one, other, runs) for (one, other), runs in _shared(scripts).items()]
    every.sort(key=lambda each: (-len(each[2]) / min(sizes[each[0]], sizes[each[1]]), each[0], each[1]))
    return every[: 10 * MOST_PAIRS]


def _covered(script: Script, runs: set[int]) -> NDArray[np.bool_]:
    """Return which tokens of a script lie in one of these runs."""
    covered = np.zeros(len(script.tokens), dtype=np.bool_)
    for place in np.flatnonzero(np.isin(_runs(script), np.asarray(sorted(runs), dtype=np.uint64))).tolist():
        covered[place : place + RUN] = True
    return covered


def _lines(script: Script, covered: NDArray[np.bool_]) -> frozenset[Line]:
    """Return the lines of which at least half of the tokens are covered."""
    every = Counter(script.places)
    inside = Counter(place for place, is_in in zip(script.places, covered.tolist(), strict=True) if is_in)
    return frozenset(line for line, number in inside.items() if 2 * number >= every[line])
