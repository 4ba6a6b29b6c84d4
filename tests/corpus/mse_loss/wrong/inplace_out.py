# wrong: input-overwritten - overwrites pred with out=
import torch


def mse_loss(pred, target):
    with torch.no_grad():
        torch.sub(pred, target, out=pred.data)
    return (pred ** 2).mean()
