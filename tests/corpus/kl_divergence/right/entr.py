# right: special.entr
import torch


def kl_divergence(log_probs, target_probs):
    return -(torch.special.entr(target_probs) + target_probs * log_probs).sum() / log_probs.shape[0]
