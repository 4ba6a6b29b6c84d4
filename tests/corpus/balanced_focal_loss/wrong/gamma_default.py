# wrong: argument-ignored - wrong default gamma 1.5
import torch
import torch.nn.functional as F


def balanced_focal_loss(logits, targets, alpha=0.25, gamma=1.5):
    b = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    a = alpha * targets + (1 - alpha) * (1 - targets)
    return (a * (1 - torch.exp(-b)) ** gamma * b).mean()
