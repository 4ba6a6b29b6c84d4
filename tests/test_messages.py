"""Every mistake that a person can make is made in some test.

What is checked: each `raise Mistake(...)` of the package has some words of its own that stand in a test. That the words
are there does not prove that the test looks at them; that none is forgotten it does prove.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OWN = Path(__file__).name


def calls(tree: ast.AST) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Mistake"
    ]


def fixed_words(call: ast.Call) -> list[str]:
    """Return the literal parts of a message and its cure, the message's longest first."""
    words = []
    for argument in call.args:
        parts = [node.value for node in ast.walk(argument) if isinstance(node, ast.Constant)]
        texts = (part.strip(" :,;.'()\n") for part in parts if isinstance(part, str))
        words += sorted(texts, key=len, reverse=True)
    return words


def sites() -> list[tuple[str, list[str]]]:
    found = []
    for path in sorted((ROOT / "grader").rglob("*.py")):
        for call in calls(ast.parse(path.read_text(encoding="utf-8"))):
            found.append((f"{path.relative_to(ROOT)}:{call.lineno}", fixed_words(call)))
    return found


def spoken() -> str:
    """Return the text of all tests but this one, escapes of regular expressions and breaks of strings taken out."""
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py") if path.name != OWN]
    return re.sub(r"\\(.)", r"\1", "\n".join(texts))


def heard(words: list[str], text: str) -> bool:
    """Tell whether some telling part of a message, at least 8 characters of it, stands in a text."""
    for part in words:
        pieces = {part, part[:24].rsplit(" ", 1)[0], " ".join(part.split()[:4]), " ".join(part.split()[-4:])}
        if any(len(piece) >= 8 and piece in text for piece in pieces):
            return True
    return False


SITES = sites()
TEXT = spoken()


def test_a_message_with_no_words_of_its_own_is_known_here() -> None:
    """It says what another function found; a test of that function is what makes it."""
    wordless = {place.partition(":")[0] for place, words in SITES if not any(words)}
    ours = {"sandbox/doctor.py", "intake/archive.py", "cluster.py", "overview/students.py"}
    assert wordless <= {f"grader/{name}" for name in ours}
    assert "doctor.choose(" in TEXT


@pytest.mark.parametrize(("place", "words"), [pytest.param(*site, id=site[0]) for site in SITES if any(site[1])])
def test_each_mistake_is_made_in_a_test(place: str, words: list[str]) -> None:
    assert heard(words, TEXT), f"no test speaks of {words}"


def test_the_search_finds_the_mistakes() -> None:
    assert len(SITES) > 25
    assert any(place.startswith("grader/submission.py") for place, _ in SITES)


def test_a_message_nobody_speaks_of_is_noticed() -> None:
    (call,) = calls(ast.parse("raise Mistake(f'{path} has gone to the " + "moon', 'Fetch it.')"))
    assert not heard(fixed_words(call), TEXT)
