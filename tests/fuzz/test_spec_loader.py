"""Any text of an exercise file is an exercise or its faults, never an exception."""

from __future__ import annotations

import ast
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.model import Describe, Described, Exercise
from grader.sandbox.bench import Bench

ROOT = Path(__file__).parents[2]
FILES = [
    *sorted((ROOT / "exercises" / "losses").glob("*.py")),
    *sorted((ROOT / "tests" / "courses").rglob("exercises/*/*.py")),
]
SOURCES = [path.read_text(encoding="utf-8") for path in FILES]
BATCH = 25
WORDS = ("batch", "case(", ")", "(", "[", "]", "=", ",", "None", "-1", "0", "1e400", "'x'", '""', "float('nan')", "10**30", "Float", "Int",
         "lambda: 1", "points", "gradients", "exercise(", "case", "Tensor", "\n", "    ", "*", "**{}", "{}", "object()", "...", "def", "\ud7ff")  # fmt: skip


def mutated(source: str, seed: int) -> str:
    """Change a few pieces of text, or a few values in the syntax tree."""
    rng = random.Random(seed)
    if rng.random() < 0.5:
        return _other_values(source, rng)
    for _ in range(rng.randint(1, 4)):
        start = rng.randrange(len(source) + 1)
        end = min(len(source), start + rng.choice((0, 1, 5, 40)))
        other = rng.choice(SOURCES)
        piece = rng.choice((rng.choice(WORDS), "", other[(at := rng.randrange(len(other))) : at + 30]))
        source = source[:start] + piece + source[end:]
    return source


def _other_values(source: str, rng: random.Random) -> str:
    """Replace constants and keywords in the declaration by others."""
    tree = ast.parse(source)
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant | ast.keyword | ast.Name)
        and id(node) not in parts  # an f-string is text alone
    ]
    for node in rng.sample(found, min(len(found), rng.randint(1, 3))):
        if isinstance(node, ast.keyword):
            node.arg = rng.choice(
                ("points", "gradients", "forbid", "hints", "batch", "std", "fill", "args", "nonsense")
            )
        elif isinstance(node, ast.Constant):
            node.value = rng.choice(
                (None, True, -1, 0, 10**30, 1e308, float("nan"), "", "x", "batch features", "\x00", b"x", ..., 1j)
            )
        else:
            node.id = rng.choice(("Float", "Tensor", "case", "exercise", "int", "nonsense", "object"))
    return ast.unparse(tree)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_files_themselves_are_sound(bench: Bench, path: Path) -> None:
    (described,) = bench.describe([Describe(source=path.read_text(encoding="utf-8"), path=path.name, lesson="l")])
    assert isinstance(described.exercise, Exercise), described.faults


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(SOURCES), st.integers(0, 1 << 32)), min_size=BATCH, max_size=BATCH))
def test_a_changed_file_is_an_exercise_or_its_faults(bench: Bench, drawn: list[tuple[str, int]]) -> None:
    sources = [mutated(source, seed) for source, seed in drawn]
    found = bench.describe([Describe(source=source, path="x.py", lesson="l") for source in sources])
    assert len(found) == len(sources)
    for described in found:
        assert isinstance(described, Described)
        assert (described.exercise is None) == bool(described.faults)
        for fault in described.faults:
            assert fault.problem.strip()
            assert fault.cure.strip()


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.text(max_size=200), min_size=BATCH, max_size=BATCH))
def test_any_text_is_faults(bench: Bench, texts: list[str]) -> None:
    found = bench.describe([Describe(source=text, path="x.py", lesson="l") for text in texts])
    assert all(described.faults and described.exercise is None for described in found)
