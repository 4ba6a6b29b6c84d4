# right: in log space
import torch
import torch.nn.functional as F


def focal_loss(logits, targets, alpha=0.25, gamma=2.0):
    z = (2 * targets - 1) * logits
    return alpha * (torch.exp(gamma * F.logsigmoid(-z)) * F.softplus(-z)).mean()
