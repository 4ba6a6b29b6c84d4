# right: weights by affine map
import torch
import torch.nn.functional as F


def balanced_focal_loss(logits, targets, alpha=0.25, gamma=2.0):
    s = 2 * targets - 1
    a = 0.5 + s * (alpha - 0.5)
    return (a * torch.sigmoid(-s * logits) ** gamma * F.softplus(-s * logits)).mean()
