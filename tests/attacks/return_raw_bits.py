# attack: returns tensors whose bits are no values of their type | must: wrong|crashed|raised
import torch


def mse_loss(pred, target):
    return torch.full((1,), 7, dtype=torch.uint8).view(torch.bool).reshape(())
