# wrong: some-rows|other - mean weight for all labels
import torch.nn.functional as F


def multilabel_loss(logits, targets, pos_weight=None):
    w = 1 if pos_weight is None else pos_weight.mean()
    return -(w * targets * F.logsigmoid(logits) + (1 - targets) * F.logsigmoid(-logits)).mean()
