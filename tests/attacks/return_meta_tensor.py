# attack: returns a tensor that has no memory | must: wrong|raised|not_attempted
import torch


def mse_loss(pred, target):
    return torch.zeros((), device="meta")
