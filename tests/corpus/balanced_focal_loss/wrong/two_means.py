# wrong: wrong-count|other - mean of positives plus mean of negatives
import torch
import torch.nn.functional as F


def balanced_focal_loss(logits, targets, alpha=0.25, gamma=2.0):
    b = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    f = (1 - torch.exp(-b)) ** gamma * b
    pos, neg = f[targets == 1], f[targets == 0]
    r = logits.sum() * 0
    if len(pos): r = r + alpha * pos.mean()
    if len(neg): r = r + (1 - alpha) * neg.mean()
    return r
