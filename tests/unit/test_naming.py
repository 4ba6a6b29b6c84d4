"""What stands in the way of a group's sentence, each obstacle made by hand."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

import grader
from grader import catalogue, grade, gradebook
from grader.errors import Mistake
from grader.gradebook import Gradebook
from grader.model import Aspect, Difference, Evidence, Outcome, Result, Submission, Verdict
from grader.overview import naming
from grader.overview.groups import Group
from grader.overview.lift import Place

PLACE = Place("mse_loss", "", "a_mistake", "You did it.")
GROUP = cast(Group, SimpleNamespace(answers=(SimpleNamespace(digest="d", seed=0, exercise="mse_loss"),)))


def result(outcome: Outcome, *aspects: Aspect) -> Result:
    differences = tuple(Difference(slot="output", aspect=aspect, got="1", expected="2") for aspect in aspects)
    verdict = Verdict(
        case="typical", outcome=outcome, points=0.0, max_points=1.0, evidence=Evidence(differences=differences)
    )
    return Result(exercise="mse_loss", title="", outcome=outcome, points=0.0, max_points=1.0, verdicts=(verdict,))


def test_the_shipped_course_is_not_changed() -> None:
    packed = Path(grader.__file__).parent / "pack" / "reference" / "losses" / "mse_loss.py"
    with pytest.raises(Mistake, match="the shipped course is part of the package"):
        naming._check_writable(packed)


def test_only_wrong_results_get_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="this group's results are right; what is wrong lies beside them"):
        naming._check_kind(result(Outcome.WRONG, Aspect.SIDE_EFFECT), tmp_path)
    naming._check_kind(result(Outcome.WRONG, Aspect.VALUE, Aspect.SIDE_EFFECT), tmp_path)


def test_an_old_gradebook_holds_no_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gradebook, "sources", lambda *_: ())
    with pytest.raises(Mistake, match="the gradebook does not hold the example's source"):
        naming._liftable(cast(Gradebook, None), GROUP, PLACE)


@pytest.mark.parametrize(
    ("same", "problem"),
    [
        (False, "the exercise has changed since this group was graded"),
        (True, "the example's code, moved into the reference"),
    ],
)
def test_a_sentence_that_its_own_example_would_not_be_told(
    monkeypatch: pytest.MonkeyPatch, same: bool, problem: str
) -> None:
    monkeypatch.setattr(catalogue, "load", lambda *_: ("exercise",))
    monkeypatch.setattr(grade, "prepare", lambda *_: "task")
    monkeypatch.setattr(grade, "grade", lambda *_: "report")
    monkeypatch.setattr(naming, "_with", lambda *_: "task")
    monkeypatch.setattr(naming, "_told", lambda _: ("value.differs",))
    monkeypatch.setattr(naming, "_as_recorded", lambda *_: same)
    shop: Any = SimpleNamespace(course=None, bench=None, cache=None)
    with pytest.raises(Mistake, match=problem):
        naming._verify(shop, PLACE, "text", cast(Submission, None), GROUP)
