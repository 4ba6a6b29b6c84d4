# wrong: nan - nan gradient by sqrt in where at 0
import torch


def smooth_l1_loss(pred, target, beta=1.0):
    d2 = (pred - target) ** 2
    d = d2.sqrt()
    return torch.where(d < beta, d2 / (2 * beta), d - beta / 2).mean()
