# wrong: permuted|other - pow of p on negatives wrong way round
import torch
import torch.nn.functional as F


def balanced_focal_loss(logits, targets, alpha=0.25, gamma=2.0):
    p = torch.sigmoid(logits)
    b = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    a = alpha * targets + (1 - alpha) * (1 - targets)
    pt = p * (1 - targets) + (1 - p) * targets
    return (a * (1 - pt) ** gamma * b).mean()
