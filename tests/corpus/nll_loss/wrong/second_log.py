# wrong: nan|misconception - takes the log of log-probabilities
import torch


def nll_loss(log_probs, targets):
    picked = log_probs.gather(1, targets.unsqueeze(1))
    return -torch.log(picked).mean()
