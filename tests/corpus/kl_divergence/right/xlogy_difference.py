# right: xlogy for p log p
import torch


def kl_divergence(log_probs, target_probs):
    terms = torch.xlogy(target_probs, target_probs) - target_probs * log_probs
    return terms.sum(dim=1).mean()
