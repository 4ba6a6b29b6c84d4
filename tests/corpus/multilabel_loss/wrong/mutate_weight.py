# wrong: input-overwritten - pos_weight normalised in place and back not
import torch.nn.functional as F


def multilabel_loss(logits, targets, pos_weight=None):
    w = 1 if pos_weight is None else pos_weight
    r = -(w * targets * F.logsigmoid(logits) + (1 - targets) * F.logsigmoid(-logits)).mean()
    if pos_weight is not None:
        pos_weight.div_(pos_weight.sum())
    return r
