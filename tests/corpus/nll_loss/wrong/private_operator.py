# wrong: forbidden - torch._C._nn instead of F
import torch


def nll_loss(log_probs, targets):
    return torch._C._nn.nll_loss(log_probs, targets, None, 1, -100)
