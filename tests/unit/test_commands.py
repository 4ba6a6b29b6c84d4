"""The subcommands besides grading."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from grader import course, starters
from grader.commands import course as commands
from grader.errors import Mistake
from grader.findings import ids
from tests.builders import exercise

ROOT = Path(__file__).parents[2]


def made(root: Path, reference: str = "", text: str = '"""A title.\n\nText."""') -> course.Course:
    for folder in ("exercises", "reference"):
        (root / folder / "lesson").mkdir(parents=True)
    (root / "exercises" / "lesson" / "answer.py").write_text(text)
    (root / "reference" / "lesson" / "answer.py").write_text(reference)
    return course.load(root)


def test_a_list_has_every_lesson_and_title() -> None:
    text = commands.listing(course.load(ROOT))
    assert text.splitlines()[0].startswith("losses: ")
    assert "  focal_loss            Focal loss\n" in text


def test_a_file_that_does_not_parse_is_still_listed(tmp_path: Path) -> None:
    assert "answer  (this file does not parse; `grade verify` says why)" in commands.listing(
        made(tmp_path, text="def (")
    )


def test_a_starter_is_written_once(tmp_path: Path) -> None:
    found = course.load(ROOT)
    path = starters.start("answer", found, exercise(), tmp_path)
    assert path == tmp_path / "answer.py"
    before = path.read_text()
    with pytest.raises(Mistake, match="is there already") as caught:
        starters.start("answer", found, exercise(), tmp_path)
    assert "nothing was changed" in caught.value.cure
    assert path.read_text() == before


def test_a_lesson_is_its_notebook(tmp_path: Path) -> None:
    path = starters.start("losses", course.load(ROOT), None, tmp_path)
    assert path.read_bytes() == (ROOT / "exercises" / "losses" / "losses.ipynb").read_bytes()
    with pytest.raises(Mistake, match="the lesson lesson has no notebook"):
        starters.start("lesson", made(tmp_path), None, tmp_path)


def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="cannot be written: No such file") as caught:
        starters.start("answer", course.load(ROOT), exercise(), tmp_path / "gone")
    assert caught.value.cure


@pytest.mark.parametrize(
    "statement",
    ["Plain.", r"With $\alpha$ and '\n'.", 'Quotes """ inside.', 'Ends in "quotes"', "Ends in a backslash \\"],
)
def test_a_starter_module_is_python(statement: str) -> None:
    tree = ast.parse(starters.module_source(exercise(statement=statement)))
    text = ast.get_docstring(tree)
    assert text.startswith("Answer.\n\n")
    assert statement.replace('"""', "'''").strip() in text
    assert [node.name for node in tree.body if isinstance(node, ast.FunctionDef)] == ["answer"]


REFERENCE = '@misconception\ndef sum_for_mean(x):\n    """Divide by the number."""\n'


def test_a_misconception_is_explained_by_its_sentence(tmp_path: Path) -> None:
    text = commands.explanation("misconception.sum_for_mean", made(tmp_path, REFERENCE))
    assert text.message == "Divide by the number."
    assert text.title == "A known mistake in answer: sum for mean"


def test_every_rule_is_explained(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for rule in ids():
        commands.say(commands.explanation(rule, made(tmp_path / rule)))
        shown = capsys.readouterr().out
        assert shown.startswith(f"{rule}: ")
        assert "What to do" in shown


def test_an_unknown_rule_is_told_with_close_ones(tmp_path: Path) -> None:
    found = made(tmp_path, REFERENCE)
    with pytest.raises(Mistake, match=r"there is no finding 'misconception\.sum_for_men'") as caught:
        commands.explanation("misconception.sum_for_men", found)
    assert "misconception.sum_for_mean" in caught.value.cure
    with pytest.raises(Mistake, match="there is no finding '0'") as caught:
        commands.explanation("0", found)
    assert caught.value.cure.startswith("There are: ")


def test_a_reference_that_does_not_parse_is_passed_over(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="there is no finding"):
        commands.explanation("misconception.sum_for_mean", made(tmp_path, "def ("))
