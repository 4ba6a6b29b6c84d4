"""Monte Carlo arithmetic: each operation's result moved by a unit in its last place, to see what rounding may do.

What rounds on the way shows neither in a result's size nor in how far it moves with the inputs: `exp(scale)` times a
cosine makes logits of 150 from inputs near 1. It shows where every operation rounds otherwise than it did.
(D. Stott Parker, "Monte Carlo Arithmetic", UCLA CSD-970002, 1997.)
"""

from __future__ import annotations

import re
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


class Shaking(Watching):
    """Moves what operations return, in its `with`, up or down at random; `seed` says where which way."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.generator = torch.Generator().manual_seed(seed)

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        if EXACT.match(func._schema.name.partition("::")[2]) or any(each.alias_info for each in func._schema.returns):
            return result
        if isinstance(result, tuple | list):
            return type(result)(map(self._shaken, result))
        return self._shaken(result)

    def _shaken(self, value: Any) -> Any:
        if not isinstance(value, torch.Tensor) or not value.is_floating_point():
            return value
        signs = torch.randint(0, 2, value.shape, generator=self.generator, dtype=value.dtype) * 2 - 1
        return value * (1 + signs * torch.finfo(value.dtype).eps)
