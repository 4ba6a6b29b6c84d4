# wrong: square-root - returns the RMSE
import torch


def mse_loss(pred, target):
    return torch.sqrt(((pred - target) ** 2).mean())
