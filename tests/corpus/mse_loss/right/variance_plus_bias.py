# right: biased variance of the error plus its squared mean
import torch


def mse_loss(pred, target):
    e = torch.sub(pred, target)
    return e.var(correction=0) + e.mean() ** 2
