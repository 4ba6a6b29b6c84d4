# wrong: gradient-detached|gradient-wrong - the focus is computed under no_grad
import torch
import torch.nn.functional as F


def balanced_focal_loss(logits, targets, alpha=0.25, gamma=2.0):
    bce = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    with torch.no_grad():
        p = torch.sigmoid(logits)
        pt = p * targets + (1 - p) * (1 - targets)
        weight = (alpha * targets + (1 - alpha) * (1 - targets)) * (1 - pt) ** gamma
    return (weight * bce).mean()
