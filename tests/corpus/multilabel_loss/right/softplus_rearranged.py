# right: (1-t) x plus a weighted softplus
import torch
import torch.nn.functional as F


def multilabel_loss(logits, targets, pos_weight=None):
    w = torch.ones_like(logits[0]) if pos_weight is None else pos_weight
    scale = 1 + (w - 1) * targets
    return ((1 - targets) * logits + scale * F.softplus(-logits)).mean()
