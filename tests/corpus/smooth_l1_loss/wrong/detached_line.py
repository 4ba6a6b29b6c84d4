# wrong: gradient-detached|gradient-zero - outliers get no gradient
import torch


def smooth_l1_loss(pred, target, beta=1.0):
    a = (pred - target).abs()
    return torch.where(a < beta, a**2 / (2 * beta), a.detach() - beta / 2).mean()
