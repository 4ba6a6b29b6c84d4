# wrong: factor|misconception - the Huber loss, beta times too large
import torch


def smooth_l1_loss(pred, target, beta=1.0):
    a = (pred - target).abs()
    return torch.where(a < beta, 0.5 * a**2, beta * (a - 0.5 * beta)).mean()
