# wrong: wrong-count - divides by n K
import torch
import torch.nn.functional as F


def label_smoothing_ce(logits, targets, eps=0.1):
    k = logits.size(1)
    q = F.one_hot(targets, k) * (1 - eps) + eps / k
    return -(q.to(logits.dtype) * F.log_softmax(logits, 1)).mean()
