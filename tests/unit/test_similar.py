"""Similar code: copies are found under other names and in another order; what the class shares is none."""

from __future__ import annotations

import random
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from grader import course, gradebook
from grader.errors import Mistake
from grader.gradebook import HandIn, Policy
from grader.intake import Student
from grader.model import Cell, Submission
from grader.overview import similar, write_similar
from grader.overview.similar import Reader, Script, pairs
from grader.overview.similar_page import shown_lines, starter_texts
from tests.conftest import ROOT
from tests.unit.test_report_html import Page

COMMON = "def softmax(x):\n    e = (x - x.max(1, keepdim=True).values).exp()\n    return e / e.sum(1, keepdim=True)\n"
ODD = """
def balance(scores, truth, beta=0.99):
    seen = torch.bincount(truth, minlength=scores.shape[1]).clamp(min=1)
    effective = (1 - beta) / (1 - torch.pow(torch.tensor(beta), seen.float()))
    scaled = effective / effective.sum() * len(effective)
    return (scaled[truth] * F.cross_entropy(scores, truth, reduction="none")).mean()
"""
RENAMED = """
def helper(a, b, decay=0.99):
    # all my own work
    n = torch.bincount(b, minlength=a.shape[1]).clamp(min=1)

    e = (1 - decay) / (1 - torch.pow(torch.tensor(decay), n.float()))
    s = e / e.sum() * len(e)
    return (s[b] * F.cross_entropy(a, b, reduction="none")).mean()
"""


def own(seed: int) -> str:
    """Code that nobody else has."""
    rng = random.Random(seed)
    lines = [
        f"    v{n} = x.{rng.choice('abcdefgh')}{rng.randrange(99)}({rng.randrange(999)}) + {rng.random()}"
        for n in range(12)
    ]
    return "def mine(x):\n" + "\n".join(lines) + "\n    return v0\n"


def handed_in(name: str, *cells: str) -> Submission:
    numbered = tuple(Cell(index=place, source=source, where=f"cell {place + 1}") for place, source in enumerate(cells))
    return Submission(name=name, notebook=True, cells=numbered, digest=name)


def read(*submissions: Submission, starter: tuple[str, ...] = ()) -> list[Script]:
    reader = Reader(starter)
    return [reader.read(each) for each in submissions]


def found(scripts: list[Script], **same: frozenset[str]) -> list[tuple[str, str]]:
    whose = {script.digest: same.get(script.digest, frozenset({script.digest})) for script in scripts}
    return [(pair.one.digest, pair.other.digest) for pair in pairs(scripts, whose)]


def a_class(size: int = 40) -> list[Submission]:
    return [handed_in(f"s{n:03d}", COMMON, own(n)) for n in range(size)]


def test_a_copy_is_found_under_other_names_and_in_another_order() -> None:
    scripts = read(*a_class(), handed_in("a", COMMON, ODD, own(90)), handed_in("b", own(91), RENAMED, COMMON))
    assert found(scripts) == [("a", "b")]
    ((pair,),) = (pairs(scripts, {script.digest: frozenset({script.digest}) for script in scripts}),)
    assert 0.3 < pair.share < 0.9
    assert 0.3 < pair.alike < 0.95
    head = {(2, 1)}  # of what follows: it is alike as well
    assert pair.one_lines - head == {(1, line) for line in range(2, 7)}
    assert pair.other_lines - head == {(1, 2), (1, 4), (1, 6), (1, 7), (1, 8)}


def test_what_the_class_has_is_no_evidence() -> None:
    assert found(read(*(handed_in(f"s{n}", COMMON, ODD) for n in range(30)))) == []
    assert found(read(*a_class())) == []
    assert found(read()) == []


def test_the_starter_is_removed() -> None:
    two = [handed_in("a", ODD), handed_in("b", ODD)]
    assert found(read(*two)) == [("a", "b")]
    assert found(read(*two, starter=("", ODD.replace("    ", "\t")))) == []
    (script,) = read(handed_in("a", COMMON + "x = 1\n"), starter=(COMMON,))
    assert [line for _, line in script.lines] == ["x = 1"]


def test_two_hand_ins_of_one_student_are_no_pair() -> None:
    scripts = read(handed_in("a", ODD), handed_in("b", RENAMED))
    both = frozenset({"ann"})
    assert found(scripts, a=both, b=both) == []
    assert found(scripts, a=both) == [("a", "b")]


def test_a_line_or_two_is_chance() -> None:
    one_line = "loss = (scaled[truth] * F.cross_entropy(scores, truth)).mean()\n"
    assert found(read(*a_class(), handed_in("a", own(90), one_line), handed_in("b", own(91), one_line))) == []


def test_comments_docstrings_and_what_is_no_python() -> None:
    text = '"""Doc."""\nx = 1  # why\n%matplotlib inline\ny = "a" \'b\'\n'
    (script,) = read(handed_in("a", text, "", "s = '''never closed\n", "\tif x:\n  y\n"))
    assert (0, 2) in script.places
    assert not any(line == '"""Doc."""' for _, line in script.lines)


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidfuzz.distance", None)
    with pytest.raises(Mistake, match="similar code needs rapidfuzz\npip install"):
        pairs([], {})


def test_the_cost_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many pairs share something, few are compared as a whole."""
    looked: list[int] = []
    monkeypatch.setattr(
        similar, "_covered", lambda script, _: looked.append(1) or np.zeros(len(script.tokens), dtype=bool)
    )
    scripts = read(*(handed_in(f"s{n}", own(n % 60)) for n in range(120)), *(handed_in(f"t{n}", ODD) for n in range(4)))
    pairs(scripts, {script.digest: frozenset({script.digest}) for script in scripts})
    assert 0 < len(looked) <= 20 * similar.MOST_PAIRS


def test_lines_around_the_shared_ones_are_shown() -> None:
    (script,) = read(handed_in("a", "\n".join(f"x{n} = {n}" for n in range(20))))
    shown = list(shown_lines(script, frozenset({(0, 10)})))
    assert [None if each is None else (each.number, each.marked) for each in shown] == [
        None, ("8", False), ("9", False), ("10", True), ("11", False), ("12", False), None,
    ]  # fmt: skip
    two = read(handed_in("a", "x = 1\n", "y = 2\n"))[0]
    assert [each.number for each in shown_lines(two, frozenset({(1, 1)})) if each] == ["1:1", "2:1"]


def test_the_starters_of_the_shipped_course() -> None:
    texts = list(starter_texts(course.load(ROOT)))
    assert any("def mse_loss(" in text for text in texts)
    assert any("import torch.nn.functional as F" in text for text in texts)


def test_the_page(tmp_path: Path) -> None:
    with gradebook.opened(tmp_path / "g.db") as book:
        sources = {"ann": ODD + "# <script>", "bob": RENAMED, "cy": own(1), "dan": own(2), "eve": own(1)}
        for who, source in sources.items():
            digest = "same" if who in {"cy", "eve"} else who
            handed = HandIn(Student(who, who.title()), digest, "a.py", source=handed_in(digest, source))
            gradebook.record(book, handed, None, [], datetime(2026, 3, 1, tzinfo=UTC))
        path = write_similar(book, Policy(), course.load(ROOT), tmp_path / "out")
        with pytest.raises(Mistake, match="cannot be written"):
            write_similar(book, Policy(), course.load(ROOT), tmp_path / "g.db")
    read_page = Page(path.read_text())
    assert not read_page.all("script")
    for said in (
        "1 pair among 4 hand-ins", "This is no verdict.", "The very same file Cy, Eve", "Ann and Bob",
        "def balance(scores, truth, beta=0.99)", "def helper(a, b, decay=0.99)", "shared:",
    ):  # fmt: skip
        assert said in read_page.said, said
