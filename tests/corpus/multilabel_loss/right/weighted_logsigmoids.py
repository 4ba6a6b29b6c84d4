# right: two logsigmoids, the first weighted
from torch.nn.functional import logsigmoid


def multilabel_loss(logits, targets, pos_weight=None):
    positive = targets * logsigmoid(logits)
    if pos_weight is not None:
        positive = positive * pos_weight
    return -(positive + (1 - targets) * logsigmoid(-logits)).mean()
