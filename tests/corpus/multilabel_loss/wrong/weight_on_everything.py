# wrong: misconception|factor - negatives are weighted too
from torch.nn.functional import logsigmoid


def multilabel_loss(logits, targets, pos_weight=None):
    loss = -(targets * logsigmoid(logits) + (1 - targets) * logsigmoid(-logits))
    if pos_weight is not None:
        loss = loss * pos_weight
    return loss.mean()
