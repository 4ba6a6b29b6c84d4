# wrong: misconception|other - p_t to the gamma instead of 1 - p_t
import torch
import torch.nn.functional as F


def focal_loss(logits, targets, alpha=0.25, gamma=2.0):
    bce = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    return (alpha * torch.exp(-bce) ** gamma * bce).mean()
