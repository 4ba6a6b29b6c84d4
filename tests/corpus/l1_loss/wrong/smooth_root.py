# wrong: offset - the epsilon under the root lifts small errors
import torch


def l1_loss(pred, target):
    return torch.sqrt((pred - target) ** 2 + 1e-2).mean()
