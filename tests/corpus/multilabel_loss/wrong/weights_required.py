# wrong: exception - None is multiplied
from torch.nn.functional import logsigmoid


def multilabel_loss(logits, targets, pos_weight=None):
    return -(pos_weight * targets * logsigmoid(logits) + (1 - targets) * logsigmoid(-logits)).mean()
