# attack: seeds the global random generator | must: wrong
import torch


def mse_loss(pred, target):
    torch.manual_seed(0)
    return ((pred - target) ** 2).mean()
