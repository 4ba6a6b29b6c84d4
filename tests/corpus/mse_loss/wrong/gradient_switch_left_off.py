# wrong: state-left|gradient-missing - turns gradients off for good after the first call
import torch


def mse_loss(pred, target):
    loss = ((pred - target) ** 2).mean()
    torch.set_grad_enabled(False)
    return loss
