# wrong: broadcast - squeeze() makes (n) of (n, 1) logits, which meet (n, 1) targets
from torch.nn.functional import logsigmoid


def multilabel_loss(logits, targets, pos_weight=None):
    x = logits.squeeze()
    w = 1 if pos_weight is None else pos_weight
    return -(w * targets * logsigmoid(x) + (1 - targets) * logsigmoid(-x)).mean()
