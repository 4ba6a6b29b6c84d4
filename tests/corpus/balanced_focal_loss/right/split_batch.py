# right: positives and negatives summed apart
import torch
import torch.nn.functional as F


def _focused(z, gamma):
    return torch.sum(torch.sigmoid(-z) ** gamma * F.softplus(-z))


def balanced_focal_loss(logits, targets, alpha=0.25, gamma=2.0):
    positive = targets > 0
    up = alpha * _focused(logits[positive], gamma)
    down = (1 - alpha) * _focused(-logits[~positive], gamma)
    return (up + down) / logits.shape[0]
