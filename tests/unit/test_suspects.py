"""Which changed reference does a submission behave like? Examples are observed in this process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader import suspects
from grader.model import Difference, Misconceptions
from grader.sight import Sight
from tests.unit.findings_kit import sights_of, slipping

RIGHT = """
def right(pred, target):
    spread = pred.square().mean(dim=1) + 0.5
    return ((pred - target).abs().sum(dim=1) / spread).mean()
"""
SLIP = "\ndef wrong(pred, target):\n    return (pred - target).abs().sum(dim=1).mean() + 0 * pred.sum()\n"
NONE = "\ndef wrong(pred, target):\n    return (pred - target).abs().pow(1.7).mean() + pred.mean()\n"


def asked(wrong: str) -> tuple[tuple[Sight, ...], suspects.Observe, list[int]]:
    """Return the judged cases of an answer, what observes slips, and how many each question names."""
    sights, _ = sights_of(RIGHT + wrong, "wrong")
    observe, counts = slipping(sights, RIGHT + wrong), list[int]()

    def counted(names: tuple[str, ...]) -> Misconceptions:
        counts.append(len(names))
        return observe(names)

    return sights, counted, counts


def test_the_slip_is_found_and_only_suspects_are_run_on_every_case() -> None:
    sights, observe, counts = asked(SLIP)
    found = suspects.matching(sights, observe)
    assert found is not None
    assert (found.rule, found.told) == ("slip.left-out", "without the division by what is computed from `pred`")
    assert counts[0] == 0
    assert 0 < counts[1] <= suspects.SUSPECTS


def test_an_answer_that_is_no_slip_is_told_nothing_after_the_first_cases() -> None:
    sights, observe, counts = asked(NONE)
    assert suspects.matching(sights, observe) is None
    assert counts == [0, 1]  # all slips, then pairs of them; nothing on all cases


def test_two_cases_that_the_slip_does_not_explain_are_enough_for_silence() -> None:
    sights, observe, _ = asked(SLIP)
    other, _, _ = asked(NONE)
    assert suspects.matching((*sights[:-2], *other[-2:]), observe) is None


def test_a_truth_that_is_a_falsehood_tells_nothing() -> None:
    sights, observe, counts = asked(SLIP)
    assert suspects.matching(without_numbers(sights), observe) is None
    assert counts == []


def test_a_multiple_of_a_slip_is_told_with_the_factor() -> None:
    sights, observe, counts = asked(SLIP.replace(".mean() + 0", ".sum() + 0"))
    found = suspects.matching(sights, observe)
    assert found is not None
    assert found.rule == "slip.two"
    assert found.told == (
        "without the division by what is computed from `pred`, and then a sum where a mean belongs (times `batch`)"
    )
    assert len(counts) == 2


TWO = "\ndef wrong(pred, target):\n    spread = pred.square().sum(dim=1) + 0.5\n    return ((pred - target).square().sum(dim=1) / spread).mean()\n"


def test_two_slips_at_once_are_told_side_by_side() -> None:
    sights, observe, counts = asked(TWO)
    found = suspects.matching(sights, observe)
    assert found is not None
    assert found.rule == "slip.two"
    assert found.told == "with `sum` where `mean` belongs, and with `square` where `abs` belongs"
    assert counts[:2] == [0, 1]


def test_an_answer_that_only_overflows_is_no_two_slips() -> None:
    sights, observe, counts = asked(
        "\ndef wrong(pred, target):\n    return right(pred, target) + 0 * pred.pow(14).sum()\n"
    )
    assert any(sight.differences for sight in sights)
    assert suspects.matching(sights, observe) is None
    assert 1 not in counts  # pairs are not asked for


def without_numbers(sights: Sequence[Sight]) -> list[Sight]:
    return [
        replace(one, differences=tuple(Difference(slot=each.slot, aspect=each.aspect) for each in one.differences))
        for one in sights
    ]
