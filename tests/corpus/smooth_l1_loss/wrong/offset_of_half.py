# wrong: hard-coded|offset - subtracts 0.5 whatever beta is
import torch


def smooth_l1_loss(pred, target, beta=1.0):
    a = (pred - target).abs()
    return torch.where(a < beta, a**2 / (2 * beta), a - 0.5).mean()
