# wrong: argument-ignored - pos_weight is never looked at
from torch.nn.functional import logsigmoid


def multilabel_loss(logits, targets, pos_weight=None):
    return -(targets * logsigmoid(logits) + (1 - targets) * logsigmoid(-logits)).mean()
