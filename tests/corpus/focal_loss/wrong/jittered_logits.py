# wrong: randomness|not-deterministic - adds noise against ties
import torch
import torch.nn.functional as F


def focal_loss(logits, targets, alpha=0.25, gamma=2.0):
    noisy = logits + 0.01 * torch.randn_like(logits)
    bce = F.binary_cross_entropy_with_logits(noisy, targets, reduction="none")
    return (alpha * (1 - torch.exp(-bce)) ** gamma * bce).mean()
