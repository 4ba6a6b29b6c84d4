# wrong: sum-for-mean - sum over the batch
import torch


def nll_loss(log_probs, targets):
    return -log_probs.gather(1, targets.unsqueeze(1)).sum()
