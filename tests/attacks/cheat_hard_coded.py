# attack: returns the answer for the examples in the statement | must: wrong
import torch


def mse_loss(pred, target):
    return (pred.sum() - pred.sum()) + torch.tensor(1.25)
