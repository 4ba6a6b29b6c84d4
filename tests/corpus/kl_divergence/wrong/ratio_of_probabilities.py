# wrong: underflow|overflow|nan - divides by exp(log q)
import torch


def kl_divergence(log_probs, target_probs):
    q = torch.exp(log_probs)
    terms = torch.where(target_probs > 0, target_probs * torch.log(target_probs / q), 0.0)
    return terms.sum(1).mean()
