# attack: changes the default dtype and the gradient mode for whoever comes next | must: wrong|raised
import torch


def mse_loss(pred, target):
    loss = ((pred - target) ** 2).mean()
    torch.set_default_dtype(torch.float64)
    torch.set_grad_enabled(False)
    return loss
