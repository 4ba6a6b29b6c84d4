# wrong: sign - log p_t without the minus
import torch
from torch.nn.functional import logsigmoid


def balanced_focal_loss(logits, targets, alpha=0.25, gamma=2.0):
    z = (2 * targets - 1) * logits
    weight = alpha * targets + (1 - alpha) * (1 - targets)
    return (weight * torch.sigmoid(-z) ** gamma * logsigmoid(z)).mean()
