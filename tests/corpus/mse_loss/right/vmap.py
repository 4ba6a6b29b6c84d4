# right: torch.func.vmap
import torch


def mse_loss(pred, target):
    return torch.func.vmap(lambda p, t: ((p - t) ** 2).mean())(pred, target).mean()
