# wrong: argument-ignored|misconception - gamma = 0 is taken for "not given"
import torch
import torch.nn.functional as F


def focal_loss(logits, targets, alpha=0.25, gamma=None):
    gamma = gamma or 2.0
    bce = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    return (alpha * (1 - torch.exp(-bce)) ** gamma * bce).mean()
