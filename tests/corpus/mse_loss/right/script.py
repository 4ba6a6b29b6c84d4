# right: torch.jit.script
import torch


import warnings
@torch.jit.script
def mse_loss(pred: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    return ((pred - target) * (pred - target)).mean()
