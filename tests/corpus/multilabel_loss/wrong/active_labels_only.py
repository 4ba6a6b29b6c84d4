# wrong: wrong-count|some-rows - averages over the positive labels alone
from torch.nn.functional import logsigmoid


def multilabel_loss(logits, targets, pos_weight=None):
    loss = -targets * logsigmoid(logits)
    if pos_weight is not None:
        loss = loss * pos_weight
    return loss.sum() / targets.sum()
