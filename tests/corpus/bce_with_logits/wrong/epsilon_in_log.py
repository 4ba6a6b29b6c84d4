# wrong: offset|underflow - 1e-7 inside the log caps the loss at 16
import torch


def bce_with_logits(logits, targets):
    eps = 1e-7
    p = torch.sigmoid(logits)
    return -(targets * (p + eps).log() + (1 - targets) * (1 - p + eps).log()).mean()
