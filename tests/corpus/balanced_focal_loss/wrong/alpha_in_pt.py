# wrong: other - alpha multiplied into the bce before p_t
import torch
import torch.nn.functional as F


def balanced_focal_loss(logits, targets, alpha=0.25, gamma=2.0):
    b = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    a = alpha * targets + (1 - alpha) * (1 - targets)
    b = a * b
    return ((1 - torch.exp(-b)) ** gamma * b).mean()
