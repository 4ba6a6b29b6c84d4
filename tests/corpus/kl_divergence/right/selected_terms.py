# right: sums only where p is above 0
import torch


def kl_divergence(log_probs, target_probs):
    there = target_probs > 0
    p = target_probs.masked_select(there)
    return (p * (p.log() - log_probs.masked_select(there))).sum() / len(target_probs)
