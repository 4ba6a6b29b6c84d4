# wrong: gradient-zero|gradient-wrong - rounds the error before it is compared and squared
import torch


def smooth_l1_loss(pred, target, beta=1.0):
    a = ((pred - target).abs() * 1000).round() / 1000
    return torch.where(a < beta, a**2 / (2 * beta), a - beta / 2).mean()
