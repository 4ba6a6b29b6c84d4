# wrong: misconception|other - p_t is taken from the weighted cross entropy
import torch
import torch.nn.functional as F


def balanced_focal_loss(logits, targets, alpha=0.25, gamma=2.0):
    weight = alpha * targets + (1 - alpha) * (1 - targets)
    ce = F.binary_cross_entropy_with_logits(logits, targets, weight=weight, reduction="none")
    pt = torch.exp(-ce)
    return ((1 - pt) ** gamma * ce).mean()
