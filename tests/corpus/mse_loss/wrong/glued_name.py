# wrong: forbidden - getattr with a name in two pieces
import torch


def mse_loss(pred, target):
    f = getattr(torch.nn.functional, "mse" + "_" + "loss")
    return f(pred, target)
