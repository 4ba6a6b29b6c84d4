# wrong: argument-ignored - gamma=0 replaced by default through `or`
import torch
import torch.nn.functional as F


def focal_loss(logits, targets, alpha=None, gamma=None):
    alpha = alpha or 0.25
    gamma = gamma or 2.0
    b = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    return (alpha * (1 - torch.exp(-b)) ** gamma * b).mean()
