# wrong: misconception|offset - multiplies the probability, not the log
import torch
from torch.nn.functional import logsigmoid


def multilabel_loss(logits, targets, pos_weight=None):
    bonus = 0 if pos_weight is None else torch.log(pos_weight)
    positive = targets * (logsigmoid(logits) + bonus)
    return -(positive + (1 - targets) * logsigmoid(-logits)).mean()
