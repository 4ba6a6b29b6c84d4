# right: torch.where against the class numbers
import torch


def nll_loss(log_probs, targets):
    n, k = log_probs.shape
    hot = targets[:, None] == torch.arange(k)
    return -torch.where(hot, log_probs, 0.0).sum() / n
