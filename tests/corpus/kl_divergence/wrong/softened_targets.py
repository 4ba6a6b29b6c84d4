# wrong: double-softmax - softmax of what is a probability already
import torch


def kl_divergence(log_probs, target_probs):
    p = torch.softmax(target_probs, dim=1)
    return (p * (p.log() - log_probs)).sum(1).mean()
