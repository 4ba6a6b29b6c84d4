# wrong: misconception|permuted - parabola outside, line inside
import torch


def smooth_l1_loss(pred, target, beta=1.0):
    a = (pred - target).abs()
    return torch.where(a < beta, a - beta / 2, a**2 / (2 * beta)).mean()
