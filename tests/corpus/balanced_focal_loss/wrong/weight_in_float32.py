# wrong: dtype - torch.tensor makes float32 weights
import torch
import torch.nn.functional as F


def balanced_focal_loss(logits, targets, alpha=0.25, gamma=2.0):
    weight = torch.tensor([alpha if t == 1 else 1 - alpha for t in targets.tolist()])
    bce = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    return (weight * (1 - torch.exp(-bce)) ** gamma * bce).mean()
