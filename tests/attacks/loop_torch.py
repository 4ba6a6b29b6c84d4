# attack: one torch call that takes hours | must: timed_out|out_of_memory
import torch


def mse_loss(pred, target):
    return torch.linalg.svd(torch.randn(6000, 6000)).S.sum()
