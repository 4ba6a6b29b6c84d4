# right: vmap over the label axis
import torch
from torch.nn import functional as F


def multilabel_loss(logits, targets, pos_weight=None):
    if pos_weight is None:
        pos_weight = torch.ones(logits.size(1), dtype=logits.dtype)

    def label(x, t, w):
        return -(w * t * F.logsigmoid(x) + (1 - t) * F.logsigmoid(-x)).mean()

    return torch.vmap(label, in_dims=(1, 1, 0))(logits, targets, pos_weight).mean()
