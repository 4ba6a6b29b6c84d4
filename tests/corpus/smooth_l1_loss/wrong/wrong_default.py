# wrong: argument-ignored|other - default 0.5
import torch


def smooth_l1_loss(pred, target, beta=0.5):
    d = (pred - target).abs()
    return torch.where(d < beta, d * d / (2 * beta), d - beta / 2).mean()
