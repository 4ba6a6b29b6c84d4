# right: max(x, 0) - x t + log1p(exp(-|x|))
import torch


def bce_with_logits(logits, targets):
    tail = torch.log1p(torch.exp(-logits.abs()))
    return (logits.clamp(min=0) - logits * targets + tail).mean()
