# wrong: gradient-zero|underflow - clamping kills the gradient of confident mistakes
import torch


def bce_with_logits(logits, targets):
    p = torch.sigmoid(logits).clamp(1e-6, 1 - 1e-6)
    return -(targets * p.log() + (1 - targets) * (1 - p).log()).mean()
