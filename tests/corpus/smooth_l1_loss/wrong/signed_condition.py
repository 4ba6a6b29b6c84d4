# wrong: misconception|sign - compares the signed error with beta
import torch


def smooth_l1_loss(pred, target, beta=1.0):
    d = pred - target
    return torch.where(d < beta, d**2 / (2 * beta), d.abs() - beta / 2).mean()
