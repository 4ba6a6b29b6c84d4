# wrong: offset|underflow - log(p_t + 1e-8)
import torch


def balanced_focal_loss(logits, targets, alpha=0.25, gamma=2.0):
    p = torch.sigmoid(logits)
    pt = torch.where(targets == 1, p, 1 - p)
    at = alpha * targets + (1 - alpha) * (1 - targets)
    return -(at * (1 - pt) ** gamma * torch.log(pt + 1e-8)).mean()
