# wrong: wrong-count - a weighted mean, divided by the sum of weights
import torch
from torch.nn.functional import logsigmoid


def multilabel_loss(logits, targets, pos_weight=None):
    if pos_weight is None:
        pos_weight = torch.ones_like(logits[0])
    w = torch.where(targets == 1, pos_weight, 1.0)
    loss = -w * (targets * logsigmoid(logits) + (1 - targets) * logsigmoid(-logits))
    return loss.sum() / w.sum()
