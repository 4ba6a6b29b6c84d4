# right: formula of the docs
import torch


def multilabel_loss(logits, targets, pos_weight=None):
    w = torch.ones(logits.shape[1], dtype=logits.dtype) if pos_weight is None else pos_weight
    lw = 1 + (w - 1) * targets
    return ((1 - targets) * logits + lw * (torch.log1p(torch.exp(-logits.abs())) + (-logits).clamp(min=0))).mean()
