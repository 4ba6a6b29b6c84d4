"""Where a course's files are."""

from pathlib import Path

import pytest

from grader import course
from grader.errors import Mistake


def made(root: Path, *files: str, order: str | None = None) -> Path:
    (root / "exercises").mkdir(exist_ok=True)
    (root / "reference").mkdir(exist_ok=True)
    for name in files:
        path = root / "exercises" / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    if order is not None:
        (root / "exercises" / "losses" / "lesson.toml").write_text(order)
    return root


def test_the_nearest_course_is_found(tmp_path: Path) -> None:
    outer = made(tmp_path, "losses/a.py")
    inner = tmp_path / "inner" / "deep"
    inner.mkdir(parents=True)
    assert course.find(inner).root == outer
    made(tmp_path / "inner", "layers/b.py")
    assert course.find(inner).root == tmp_path / "inner"


def test_without_any_the_shipped_one_is_used() -> None:
    found = course.find(Path("/"))
    assert found.root == course.shipped()
    assert "focal_loss" in found.lesson("losses").exercises


def test_a_course_named_must_be_one(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="is not a course"):
        course.find(Path("/"), tmp_path)
    assert course.find(Path("/"), made(tmp_path)).lessons == ()


def test_lessons_hold_the_files_that_are_exercises(tmp_path: Path) -> None:
    found = course.load(made(tmp_path, "my_losses/b.py", "my_losses/a.py", "my_losses/_shared.py", "my_losses/a.ipynb"))
    (lesson,) = found.lessons
    assert (lesson.name, lesson.title, lesson.exercises) == ("my_losses", "My losses", ("a", "b"))


def test_a_lesson_file_gives_title_and_order(tmp_path: Path) -> None:
    found = course.load(made(tmp_path, "losses/a.py", "losses/b.py", "losses/c.py", order='title = "T"\norder = ["c"]'))
    assert found.lesson("losses") == course.Lesson("losses", "T", ("c", "a", "b"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("order = [", "cannot be read"),
        ("order = 3", "cannot be read"),
        ('order = ["z"]', "lists z, but there is no such"),
    ],
)
def test_a_wrong_lesson_file_is_told(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(Mistake, match=words):
        course.load(made(tmp_path, "losses/a.py", order=text))


def test_names_are_unique_within_a_course(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="the lessons a and b both have an exercise x"):
        course.load(made(tmp_path, "a/x.py", "b/x.py"))


def test_files_of_an_exercise(tmp_path: Path) -> None:
    found = course.load(made(tmp_path, "losses/a.py"))
    assert found.exercise_file("a") == tmp_path / "exercises" / "losses" / "a.py"
    with pytest.raises(Mistake, match="no reference for a") as caught:
        found.reference_file("a")
    assert caught.value.cure == "Write it to reference/losses/a.py."
    with pytest.raises(Mistake, match="no exercise 'zzz'") as caught:
        found.exercise_file("zzz")
    assert "grade list" in caught.value.cure
