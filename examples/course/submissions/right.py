"""A hand-in with everything right, written in other ways than the references."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor


def causal_mask(scores: Tensor) -> Tensor:
    steps = torch.arange(scores.shape[-1])
    return torch.where(steps[None, :] > steps[:, None], torch.full_like(scores, -math.inf), scores)


def attention_weights(query: Tensor, key: Tensor) -> Tensor:
    scores = torch.einsum("bqd,bkd->bqk", query, key) / math.sqrt(query.shape[-1])
    return F.softmax(scores, dim=2)


def attend(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    return F.scaled_dot_product_attention(query, key, value)
