# right: a two-class cross entropy for each label
import torch
import torch.nn.functional as F


def multilabel_loss(logits, targets, pos_weight=None):
    pair = torch.stack([torch.zeros_like(logits), logits], dim=1)
    each = F.cross_entropy(pair, targets.long(), reduction="none")
    if pos_weight is not None:
        each = each * pos_weight.where(targets.bool(), torch.ones_like(pos_weight))
    return each.mean()
