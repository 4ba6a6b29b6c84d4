# right: the log of p not below the smallest normal number
import torch


def kl_divergence(log_probs, target_probs):
    floor = torch.finfo(target_probs.dtype).tiny
    log_p = target_probs.clamp_min(floor).log()
    return torch.einsum("ik,ik->i", target_probs, log_p - log_probs).mean()
