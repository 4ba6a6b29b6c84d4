# wrong: sign - the log-likelihood, not its negative
import torch


def nll_loss(log_probs, targets):
    return log_probs[torch.arange(log_probs.size(0)), targets].mean()
