# wrong: gradient-zero|underflow - clamp stops the gradient of confident mistakes
import torch


def balanced_focal_loss(logits, targets, alpha=0.25, gamma=2.0):
    p = torch.sigmoid(logits).clamp(1e-4, 1 - 1e-4)
    pt = torch.where(targets == 1, p, 1 - p)
    at = alpha * targets + (1 - alpha) * (1 - targets)
    return -(at * (1 - pt) ** gamma * pt.log()).mean()
