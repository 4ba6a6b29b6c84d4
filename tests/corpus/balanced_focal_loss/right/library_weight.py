# right: the weights go into the library's BCE
import torch
import torch.nn.functional as F


def balanced_focal_loss(logits, targets, alpha=0.25, gamma=2.0):
    z = torch.where(targets == 1, logits, -logits)
    ones = torch.ones_like(logits)
    weight = torch.where(targets == 1, alpha * ones, (1 - alpha) * ones)
    weight = weight * torch.sigmoid(-z) ** gamma
    bce = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    return torch.mean(weight * bce)
