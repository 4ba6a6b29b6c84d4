# wrong: misconception|other - focuses the mean loss, not each example
import torch
import torch.nn.functional as F


def focal_loss(logits, targets, alpha=0.25, gamma=2.0):
    bce = F.binary_cross_entropy_with_logits(logits, targets)
    pt = torch.exp(-bce)
    return alpha * (1 - pt) ** gamma * bce
