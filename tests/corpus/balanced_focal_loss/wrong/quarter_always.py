# wrong: argument-ignored|hard-coded - 0.25 and 0.75 written out
import torch
import torch.nn.functional as F


def balanced_focal_loss(logits, targets, alpha=0.25, gamma=2.0):
    bce = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    weight = 0.75 - 0.5 * targets
    return (weight * (1 - torch.exp(-bce)) ** gamma * bce).mean()
