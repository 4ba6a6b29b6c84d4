# attack: calls what is forbidden through getattr | must: refused
import torch


def mse_loss(pred, target):
    return getattr(torch.nn.functional, "mse" + "_loss")(pred, target)
