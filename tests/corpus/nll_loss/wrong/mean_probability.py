# wrong: misconception|other - averages probabilities before the log
import torch


def nll_loss(log_probs, targets):
    p = log_probs.gather(1, targets.unsqueeze(1)).exp()
    return -torch.log(p.mean())
