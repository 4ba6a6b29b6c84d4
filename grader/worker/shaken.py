"""Monte Carlo arithmetic: each operation's result moved by a unit in its last place, to see what rounding may do.

What rounds on the way shows neither in a result's size nor in how far it moves with the inputs: `exp(scale)` times a
cosine makes logits of 150 from inputs near 1. It shows where every operation rounds otherwise than it did, and where a
softmax rounds on the way what torch's subtracts without rounding.
(D. Stott Parker, "Monte Carlo Arithmetic", UCLA CSD-970002, 1997.)
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import torch

from grader.worker.claims import Watching

EXACT = re.compile(
    r"^(_to_copy|abs|arange|amax|amin|bernoulli|cat|clamp.*|clone|constant_pad.*|copy|cummax|cummin|embedding|empty.*|eye|"
    r"fill|flip|full.*|gather|index.*|kthvalue|masked.*|max.*|median|min.*|mode|multinomial|nan.*|neg|new.*|normal.*|"
    r"one_hot|ones.*|rand.*|relu|repeat.*|roll|round|floor|ceil|trunc|scalar_tensor|scatter|select.*|sgn|sign|slice.*|"
    r"sort|stack|topk|tril|triu|where|zeros.*)(_backward)?$"
)
"""Operations that only move, choose or make numbers, by the names that torch dispatches."""

SUBTRACTING: dict[str, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    "_log_softmax": torch.add,
    "_softmax": lambda result, error: result * error.exp(),
    "_safe_softmax": lambda result, error: result * error.exp(),
}
"""Operations that subtract a logsumexp, and what becomes of a result of theirs where that is off by some error.

They do it inside, exactly; a right answer that writes `exp(x - logsumexp(x))` rounds it, and be it 1300 ± 0.0001.
"""


class Shaking(Watching):
    """Moves what operations return, in its `with`, up or down at random; `seed` says where which way."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.generator = torch.Generator().manual_seed(seed)
        self.inside = torch.Generator().manual_seed(seed + 1)

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        name = func._schema.name.partition("::")[2]
        if EXACT.match(name) or any(each.alias_info for each in func._schema.returns):
            return result
        if name in SUBTRACTING and result.numel():
            result = SUBTRACTING[name](result, self._rounding_of_sum(args[0], args[1]))
        if isinstance(result, tuple | list):
            return type(result)(map(self._shaken, result))
        return self._shaken(result)

    def _rounding_of_sum(self, x: torch.Tensor, dim: int) -> torch.Tensor:
        """Return how far rounding may move each row's logsumexp, of shape 1 along `dim`.

        No farther than to the row's largest number, which needs no rounding: a row with one winner stays exact. And not
        at all where that would drown the row: an ulp of a mask of -1e9 is 64.
        """
        total = x.logsumexp(dim, keepdim=True)
        error = total * self._moves(total, self.inside)
        gap = -x.log_softmax(dim).amax(dim, keepdim=True)
        return torch.where(error.abs() < 1, error.clamp(-gap, gap), 0)

    def _shaken(self, value: Any) -> Any:
        if not isinstance(value, torch.Tensor) or not value.is_floating_point():
            return value
        return value * (1 + self._moves(value, self.generator))

    def _moves(self, value: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """Return an ulp of 1 up or down for each number."""
        signs = torch.randint(0, 2, value.shape, generator=generator, dtype=value.dtype) * 2 - 1
        return signs * torch.finfo(value.dtype).eps
