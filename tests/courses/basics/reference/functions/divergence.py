import torch
from torch import Tensor


def divergence(p: Tensor, q: Tensor) -> Tensor:
    p = p.detach()
    return (torch.special.xlogy(p, p) - p * q).sum(dim=-1)
