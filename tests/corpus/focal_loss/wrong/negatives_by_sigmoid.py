# wrong: some-rows|misconception - p_t is the sigmoid for negatives too
import torch
import torch.nn.functional as F


def focal_loss(logits, targets, alpha=0.25, gamma=2.0):
    bce = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    pt = torch.sigmoid(logits)
    return (alpha * (1 - pt) ** gamma * bce).mean()
