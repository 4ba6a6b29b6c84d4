# wrong: misconception|wrong-count - eps over the K - 1 wrong classes
import torch
import torch.nn.functional as F


def label_smoothing_ce(logits, targets, eps=0.1):
    k = logits.size(1)
    q = torch.full_like(logits, eps / (k - 1)).scatter(1, targets[:, None], 1 - eps)
    return -(q * F.log_softmax(logits, 1)).sum(1).mean()
