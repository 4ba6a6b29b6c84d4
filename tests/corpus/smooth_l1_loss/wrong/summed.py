# wrong: sum-for-mean - sum instead of mean
import torch


def smooth_l1_loss(pred, target, beta=1.0):
    a = (pred - target).abs()
    return torch.where(a < beta, a**2 / (2 * beta), a - beta / 2).sum()
