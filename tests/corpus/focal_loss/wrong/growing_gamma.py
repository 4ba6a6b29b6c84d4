# wrong: state-left|not-deterministic - a global gamma grows with every call
import torch
import torch.nn.functional as F

extra = 0.0


def focal_loss(logits, targets, alpha=0.25, gamma=2.0):
    global extra
    bce = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    loss = (alpha * (1 - torch.exp(-bce)) ** (gamma + extra) * bce).mean()
    extra += 0.1
    return loss
