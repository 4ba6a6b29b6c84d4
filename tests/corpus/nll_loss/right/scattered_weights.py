# right: a matrix of weights -1/n, multiplied and summed
import torch


def nll_loss(log_probs, targets):
    weights = torch.zeros_like(log_probs)
    weights = weights.scatter(1, targets.unsqueeze(1), -1.0 / len(targets))
    return (weights * log_probs).sum()
