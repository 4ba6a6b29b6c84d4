# right: vmap over the rows, then the mean
import torch


def l1_loss(pred, target):
    def one_row(p, t):
        return (p - t).abs().mean()

    return torch.vmap(one_row)(pred, target).mean()
