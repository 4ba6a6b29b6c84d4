# right: einsum multiplies and sums at once
import torch


def mse_loss(pred, target):
    d = pred - target
    return torch.einsum("ij,ij->", d, d) / d.numel()
