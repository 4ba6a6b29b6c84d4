# wrong: state-left - resets the global random generator on every call
import torch


def kl_divergence(log_probs, target_probs):
    torch.manual_seed(0)
    return (torch.xlogy(target_probs, target_probs) - target_probs * log_probs).sum(-1).mean()
