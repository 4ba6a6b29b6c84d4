# wrong: sign|other|some-rows - line without abs
import torch


def smooth_l1_loss(pred, target, beta=1.0):
    d = pred - target
    return torch.where(d.abs() < beta, d * d / (2 * beta), d - beta / 2).mean()
