"""Each operation's result moved by a unit in its last place."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from grader.arrays import FLOAT_EPS, to_numpy
from grader.model import Observation
from grader.worker.shaken import Shaking
from tests.unit.observing import function_call, observed

EPS = FLOAT_EPS["float32"]


def shaken(source: str, jitter: int = 0, **inputs: object) -> Observation:
    return observed(source, function_call(**inputs, shaken=True, jitter=jitter))


def test_a_result_and_its_gradient_move_by_an_ulp_or_two_each_way() -> None:
    source = "def answer(x): return x.exp()\n"
    x = [0.5] * 64
    still = observed(source, function_call(x=x))
    seen = shaken(source, x=x)
    value, exact = (to_numpy(each.values[0].array).astype(float) for each in (seen, still))
    moved = value / exact - 1
    assert ((moved > 0).any(), (moved < 0).any()) == (True, True)
    assert EPS / 2 <= abs(moved).min() <= abs(moved).max() <= 1.5 * EPS
    slope, straight = (to_numpy(each.gradients[0][0].array).astype(float) for each in (seen, still))
    assert 0 < abs(slope / straight - 1).max() <= 6 * EPS


def test_what_is_hidden_between_two_steps_shows() -> None:
    source = "def answer(x): return (x.exp() * 1000).sum() - (x.exp() * 1000).sum().detach()\n"
    found = [float(to_numpy(shaken(source, number, x=[0.0, 0.1]).values[0].array)) for number in range(8)]
    assert max(map(abs, found)) > 500 * EPS


MOVES: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "slice": lambda x: x[1:],
    "copy": torch.Tensor.clone,
    "relu": torch.relu,
    "absolute": torch.abs,
    "minus": torch.neg,
    "where": lambda x: torch.where(x > 0, x, 0.0),
    "largest": torch.max,
    "joined": lambda x: torch.cat([x, x]),
    "sorted": lambda x: x.sort().values,
    "clamped": lambda x: x.clamp(min=0.2),
}


@pytest.mark.parametrize("name", MOVES)
def test_what_only_moves_or_chooses_numbers_stays_exact(name: str) -> None:
    x = torch.tensor([0.1, 0.3, -0.7] * 8)
    with Shaking(0):
        found = MOVES[name](x)
    assert torch.equal(found, MOVES[name](x))


def test_shaking_depends_on_the_seed_alone_and_leaves_the_global_generator_alone() -> None:
    x = torch.linspace(0.1, 1, 32)
    before = torch.get_rng_state()
    seen = []
    for seed in (1, 1, 2):
        with Shaking(seed):
            seen.append(x.log())
    assert torch.equal(seen[0], seen[1])
    assert not torch.equal(seen[0], seen[2])
    assert torch.equal(before, torch.get_rng_state())


def test_zeros_whole_numbers_and_infinities_stay_what_they_are() -> None:
    with Shaking(0):
        assert (torch.zeros(8) * 3).eq(0).all()
        assert (torch.arange(8) + 1).tolist() == list(range(1, 9))
        assert torch.full((8,), 1e30).mul(1e30).isinf().all()


SUMMED: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "softmax": lambda x: torch.softmax(x, -1),
    "safe softmax": lambda x: torch.ops.aten._safe_softmax(x, -1),
    "log softmax": lambda x: torch.log_softmax(x, -1).exp(),
    "softmax of the first axis": lambda x: torch.softmax(x.mT.contiguous(), 0).mT,
}


def rows(*values: list[float]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return rows of numbers and their softmax, in float64."""
    x = torch.tensor(values)
    return x, torch.softmax(x.double(), -1)


@pytest.mark.parametrize("name", SUMMED)
@pytest.mark.parametrize("size", [100.0, 1300.0, 3e4])
def test_a_softmax_moves_as_one_that_is_written_with_a_logsumexp_rounds(name: str, size: float) -> None:
    x, exact = rows(*([size + step / 7, size, -size] for step in range(32)))
    written = ((x - x.logsumexp(-1, keepdim=True)).exp() - exact).abs().max()
    with Shaking(0):
        found = (SUMMED[name](x) - exact).abs().max()
    assert written > 8 * EPS
    assert written <= found <= 8 * written


@pytest.mark.parametrize("name", SUMMED)
def test_a_softmax_with_one_winner_or_masks_alone_moves_by_an_ulp_or_two(name: str) -> None:
    x, exact = rows([1300.0, 1200.0, 1250.0], [-1e9, -1e9, -1e9], [0.5, -1e9, -float("inf")])
    with Shaking(0):
        found = SUMMED[name](x)
    assert (found - exact).abs().max() <= 3 * EPS


def test_a_softmax_of_nothing_stays_nothing() -> None:
    with Shaking(0):
        assert torch.softmax(torch.zeros(2, 0), -1).shape == (2, 0)
        assert torch.softmax(torch.full((1, 2), -float("inf")), -1).isnan().all()
        assert torch.ops.aten._safe_softmax(torch.full((1, 2), -float("inf")), -1).eq(0).all()
        assert torch.softmax(torch.tensor(3.0), 0) == pytest.approx(1.0)
