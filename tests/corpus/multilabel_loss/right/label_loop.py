# right: one label after the other
import torch


def multilabel_loss(logits, targets, pos_weight=None):
    n, k = logits.shape
    total = 0
    for j in range(k):
        x, t = logits[:, j], targets[:, j]
        w = 1 if pos_weight is None else pos_weight[j]
        zero = torch.zeros_like(x)
        total = total + (w * t * torch.logaddexp(zero, -x)).sum()
        total = total + ((1 - t) * torch.logaddexp(zero, x)).sum()
    return total / (n * k)
