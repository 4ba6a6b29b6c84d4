"""Words, numbers and cleaned strings."""

import math
import sys
import unicodedata

import pytest

from grader.model import Outcome, Status
from grader.report.text import (
    OUTCOMES,
    STATUSES,
    clean,
    count,
    earned,
    filled,
    inserted,
    number,
    number_pair,
    one_line,
    points,
    quoted,
    shape,
    source_lines,
    tail,
)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("plain", "plain"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;window title\x07shown", "shown"),
        ("\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b1mbold", "bold"),
        ("a\x00b\x08c\x7fd", "abcd"),
        ("a\u202eb\u2066c\u200bd\ufeffe", "abcde"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("half \ud800", "half \ufffd"),
        ("private \ue000", "private \ufffd"),
        ("no\u00a0break", "no break"),
    ],
)
def test_clean_drops_what_cannot_be_seen(given: str, told: str) -> None:
    assert clean(given) == told


def test_clean_keeps_only_visible_characters() -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    kept = clean(everything, len(everything))
    assert {unicodedata.category(character) for character in kept} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} == {
        "Cc"
    }
    assert {character for character in kept if unicodedata.category(character) == "Cc"} == {"\n", "\t"}


def test_clean_cuts_huge_text() -> None:
    assert clean("x" * 10_000_000, 10) == "xxxxxxxxxx…"
    assert len(clean("\x1b[31m" * 1_000_000, 10)) <= 11


def test_one_line_has_one_line() -> None:
    assert one_line("  a\n\n b\u2028c ") == "a b c"


def test_a_fact_keeps_the_blank_before_it() -> None:
    assert inserted(" (line\n5) ") == " (line 5)"
    assert inserted("x") == "x"


def test_tail_keeps_the_end() -> None:
    assert tail("\n".join(map(str, range(100))), 2) == "…\n98\n99"
    assert tail("all\n") == "all"


def test_source_lines_count_as_python_does() -> None:
    assert source_lines("a\r\nb\x0cc\rd\u2028e\u202e") == ["a", "b c", "d e"]
    assert source_lines("x\n" * 500, 3) == ["x", "x", "x", "…"]
    assert source_lines("y" * 1000)[0].endswith("…")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.45751, "0.4575"),
        (3.0, "3"),
        (1e9, "1e+09"),
        (1.5e-7, "1.5e-07"),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
        (True, "True"),
        (12345678, "12345678"),
        ("nan", "nan"),
        (None, "nothing"),
    ],
)
def test_number(value: float | str | None, told: str) -> None:
    assert number(value) == told


def test_number_pair_shows_the_difference() -> None:
    assert number_pair(0.5, 0.25) == ("0.5", "0.25")
    assert number_pair(0.50001, 0.50002) == ("0.50001", "0.50002")
    assert number_pair(1.0, 1.0 + 2**-52)[0] != number_pair(1.0, 1.0 + 2**-52)[1]
    assert number_pair("nan", 1.0) == ("nan", "1")
    assert number_pair(2.0, 2.0) == ("2", "2")


def test_small_words() -> None:
    assert [points(7.5), points(10.0), points(1 / 3)] == ["7.5", "10", "0.3"]
    assert [count(1, "case"), count(0, "case")] == ["1 case", "0 cases"]
    assert [shape(()), shape((4,)), shape((4, 7))] == ["()", "(4,)", "(4, 7)"]
    assert [quoted(("a",)), quoted(("a", "b")), quoted(("a", "b", "c"))] == ["a", "a and b", "a, b and c"]


@pytest.mark.parametrize(
    ("value", "most", "told"),
    [
        (0.98, 10, "0.9"),
        (72.15, 140, "72.1"),
        (10, 10, "10"),
        (9.999, 10, "9.9"),
        (0.1 + 0.2, 0.3, "0.3"),
        (0.7 + 0.1, 1, "0.8"),  # 0.7999999999999999
        (5 / 3, 5 / 3, "1.7"),
        (1.62, 1.64, "1.62"),
        (0.04, 10, "0.04"),
        (0, 10, "0"),
        (0, 0, "0"),
        (1e-5, 1e-4, "1e-05"),
        (12, 10, "12"),  # an instructor's word
    ],
)
def test_points_are_rounded_down(value: float, most: float, told: str) -> None:
    assert earned(value, most) == told


def test_filled_puts_facts_in_and_looks_nothing_else_up() -> None:
    facts = (("x", "<b>"), ("y", 0.123456), ("n", 3))
    assert filled("{x} {y} {y:.2f} {n}", facts, str.upper) == "<B> 0.1235 0.12 3"
    assert filled("{x.__class__} {0} {z!r:>3}", facts, str) == "{x.__class__} {0} {z!r:>3}"
    assert filled("broken { template", facts, str) == "broken { template"
    assert filled("{x:.2f}", facts, str) == "<b>"
    assert filled("$e^{{z}}$", facts, str) == "$e^{z}$"


def test_every_outcome_and_status_has_words() -> None:
    assert set(OUTCOMES) == set(Outcome)
    assert set(STATUSES) == set(Status)
    assert len({words.glyph for words in OUTCOMES.values()}) == len(Outcome)
    assert len({words.ascii for words in OUTCOMES.values()}) == len(Outcome)
    assert all(words.ascii.isascii() for words in OUTCOMES.values())
