# right: computes in float64 and casts back
import torch
from torch import Tensor


def mse_loss(pred: Tensor, target: Tensor) -> Tensor:
    error = pred.to(torch.float64) - target.to(torch.float64)
    return error.square().mean().to(pred.dtype)
