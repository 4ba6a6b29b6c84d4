# wrong: argument-ignored|hard-coded - beta is taken and never used
import torch


def smooth_l1_loss(pred, target, beta=1.0):
    a = torch.abs(pred - target)
    return torch.where(a < 1.0, 0.5 * a**2, a - 0.5).mean()
