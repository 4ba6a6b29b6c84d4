# attack: returns a tensor with 64 axes | must: wrong|raised|crashed
import torch


def mse_loss(pred, target):
    return torch.zeros([1] * 64)
