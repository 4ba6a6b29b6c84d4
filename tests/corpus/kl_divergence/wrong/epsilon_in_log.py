# wrong: offset - log(p + 1e-3) is biased
import torch


def kl_divergence(log_probs, target_probs):
    log_p = torch.log(target_probs + 1e-3)
    return (target_probs * (log_p - log_probs)).sum(-1).mean()
