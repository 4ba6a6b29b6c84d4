"""A hand-in with a known mistake, a slip that raises, and one answer that is right."""

import torch
from torch import Tensor


def causal_mask(scores: Tensor) -> Tensor:
    steps = scores.shape[-1]
    ahead = torch.ones(steps, steps, dtype=torch.bool).triu()
    return scores.masked_fill(ahead, float("-inf"))


def attention_weights(query: Tensor, key: Tensor) -> Tensor:
    scores = query @ key
    return scores.softmax(dim=-1)


def attend(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    scores = query @ key.transpose(-2, -1) / query.shape[-1] ** 0.5
    return scores.softmax(dim=-1) @ value
