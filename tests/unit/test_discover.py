"""Which exercises a submission answers."""

from pathlib import Path

import pytest

from grader import discover
from grader.course import Course, Lesson, load
from grader.errors import Mistake
from tests.lessons import notebook, submission

COURSE = Course(
    Path("course"),
    (Lesson("losses", "Losses", ("mse", "focal", "stability")), Lesson("layers", "Layers", ("linear", "norm"))),
)


def found(
    text: str, name: str = "answer.py", lesson: str | None = None, wanted: tuple[str, ...] = ()
) -> tuple[str, ...]:
    return discover.exercises(submission(text, name), COURSE, lesson, wanted)


@pytest.mark.parametrize(
    "text",
    [
        "def focal(x):\n    return x",
        "async def focal(x): ...",
        "class focal: ...",
        "focal = lambda x: x",
        "focal: object = None",
        "import torch\n\n\ndef helper(): ...\nfocal = helper",
    ],
)
def test_names_that_a_file_defines(text: str) -> None:
    assert found(text) == ("focal",)


@pytest.mark.parametrize("text", ["focal == 3", "    def focal(): ...", "# focal = 1", "other(focal=1)", "x = 'focal'"])
def test_other_mentions_do_not_count(text: str) -> None:
    with pytest.raises(Mistake, match="defines none of this course's exercises"):
        found(text)


def test_exercises_come_in_the_lesson_s_order() -> None:
    assert found("def focal(x): ...\ndef mse(x): ...") == ("mse", "focal")


def test_a_file_s_name_and_marks_count() -> None:
    assert found("x = 1", "stability.py") == ("stability",)
    assert found("# exercise: stability\nx = 1") == ("stability",)


def test_two_lessons_are_an_error_that_lists_them() -> None:
    with pytest.raises(Mistake, match="of the lessons losses and layers") as caught:
        found("def mse(x): ...\ndef norm(x): ...")
    assert caught.value.cure == "Say which is meant: --lesson losses or --lesson layers"


def test_no_exercise_is_an_error_that_lists_the_choices() -> None:
    with pytest.raises(Mistake, match="--exercise") as caught:
        found("x = 1")
    assert "mse, focal, stability, linear, norm" in caught.value.cure


def test_options_come_first_then_metadata_then_names(tmp_path: Path) -> None:
    for name in ("mse", "focal"):
        (tmp_path / "exercises" / "losses").mkdir(parents=True, exist_ok=True)
        (tmp_path / "reference").mkdir(exist_ok=True)
        (tmp_path / "exercises" / "losses" / f"{name}.py").touch()
    course = load(tmp_path)
    book = notebook("def focal(x): ...", grader={"lesson": "losses", "exercises": ["mse"]})
    assert discover.exercises(book, course, "losses", ("focal",)) == ("focal",)
    assert discover.exercises(book, course, "losses", ()) == ("focal", "mse")
    assert discover.exercises(book, course, None, ()) == ("mse",)
    whole = notebook("def focal(x): ...", grader={"lesson": "losses"})
    assert discover.exercises(whole, course, None, ()) == ("focal", "mse")


def test_an_unknown_exercise_or_lesson_is_an_error() -> None:
    with pytest.raises(Mistake, match="there is no exercise 'focl'") as caught:
        found("x = 1", wanted=("focl",))
    assert caught.value.cure == "Did you mean focal?"
    with pytest.raises(Mistake, match="there is no lesson 'loss'") as caught:
        found("x = 1", lesson="loss")
    assert caught.value.cure == "Lessons: losses, layers."


def test_a_file_concerns_a_course_that_it_names_or_answers() -> None:
    answering = submission("def mse(a, b): ...\n")
    assert discover.concerns(answering, COURSE)
    assert not discover.concerns(submission("x = 1\n"), COURSE)
    assert discover.concerns(notebook("x = 1", grader={"lesson": "anything"}), COURSE)
