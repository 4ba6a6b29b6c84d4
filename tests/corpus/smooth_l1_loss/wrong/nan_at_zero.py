# wrong: nan|gradient-wrong - sqrt of the squared error has a NaN gradient at 0
import torch


def smooth_l1_loss(pred, target, beta=1.0):
    a = torch.sqrt((pred - target) ** 2)
    return torch.where(a < beta, a**2 / (2 * beta), a - beta / 2).mean()
