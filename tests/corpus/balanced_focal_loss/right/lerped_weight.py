# right: torch.lerp between the two weights
import torch
import torch.nn.functional as F


def balanced_focal_loss(logits, targets, alpha: float = 0.25, gamma: float = 2.0):
    a = torch.full_like(logits, alpha)
    weight = torch.lerp(1 - a, a, targets)
    sign = targets * 2 - 1
    log_pt = F.logsigmoid(sign * logits)
    return (weight * (-torch.expm1(log_pt)).pow(gamma) * log_pt).mean().neg()
