# wrong: wrong-count|sum-for-mean - sums the labels, averages the batch
import torch.nn.functional as F


def multilabel_loss(logits, targets, pos_weight=None):
    w = 1 if pos_weight is None else pos_weight
    loss = w * targets * F.softplus(-logits) + (1 - targets) * F.softplus(logits)
    return loss.sum(dim=1).mean()
