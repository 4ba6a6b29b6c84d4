# wrong: misconception|permuted - the weight is on the other term
from torch.nn.functional import logsigmoid


def multilabel_loss(logits, targets, pos_weight=None):
    w = 1.0 if pos_weight is None else pos_weight
    return -(targets * logsigmoid(logits) + w * (1 - targets) * logsigmoid(-logits)).mean()
