# wrong: forbidden - the operator behind the library function
import torch


def mse_loss(pred, target):
    return torch.ops.aten.mse_loss.default(pred, target)
