"""Causal mask: the answer, and what goes wrong."""

import torch
from torch import Tensor

from grader.spec import misconception


def causal_mask(scores: Tensor) -> Tensor:
    steps = scores.shape[-1]
    ahead = torch.ones(steps, steps, dtype=torch.bool).triu(diagonal=1)
    return scores.masked_fill(ahead, float("-inf"))


@misconception
def hides_itself(scores: Tensor) -> Tensor:
    """You hid the diagonal too, so no position may look at itself, and the first has nothing left to look at.

    Start the triangle one above the diagonal: `triu(diagonal=1)`.
    """
    steps = scores.shape[-1]
    return scores.masked_fill(torch.ones(steps, steps, dtype=torch.bool).triu(), float("-inf"))


@misconception
def hides_the_past(scores: Tensor) -> Tensor:
    """You hid the past and left the future in sight; it should be the other way round.

    Rows are queries and columns are keys: what lies ahead of row i is to its right, the upper triangle.
    """
    steps = scores.shape[-1]
    return scores.masked_fill(torch.ones(steps, steps, dtype=torch.bool).tril(diagonal=-1), float("-inf"))
