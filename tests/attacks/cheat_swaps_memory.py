# attack: puts other memory under the inputs | must: wrong|raised
import torch


def mse_loss(pred, target):
    pred.data = torch.zeros_like(pred)
    target.data = torch.zeros_like(target)
    return ((pred - target) ** 2).mean()
