# wrong: nan|gradient-wrong - a NaN sum is turned into 0
import torch


def kl_divergence(log_probs, target_probs):
    rows = (target_probs * (target_probs.log() - log_probs)).sum(dim=1)
    return torch.nan_to_num(rows).mean()
