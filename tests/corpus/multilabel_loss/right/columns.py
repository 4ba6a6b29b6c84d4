# right: column by column
import torch
import torch.nn.functional as F


def multilabel_loss(logits, targets, pos_weight=None):
    cols = []
    for k in range(logits.shape[1]):
        w = 1.0 if pos_weight is None else pos_weight[k]
        x, t = logits[:, k], targets[:, k]
        cols.append(w * t * F.softplus(-x) + (1 - t) * F.softplus(x))
    return torch.stack(cols, 1).mean()
