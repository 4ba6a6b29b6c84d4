# wrong: exception - `if pos_weight` truth value of a tensor
import torch.nn.functional as F


def multilabel_loss(logits, targets, pos_weight=None):
    w = pos_weight if pos_weight else 1
    return -(w * targets * F.logsigmoid(logits) + (1 - targets) * F.logsigmoid(-logits)).mean()
