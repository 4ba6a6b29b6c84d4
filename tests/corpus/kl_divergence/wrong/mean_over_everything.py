# wrong: wrong-count - divides by n times K
import torch


def kl_divergence(log_probs, target_probs):
    return (torch.xlogy(target_probs, target_probs) - target_probs * log_probs).mean()
