# wrong: misconception|offset - zeroes the logits of the padding, which then cost log(classes)
import torch


def masked_cross_entropy(logits, targets, ignore_index=-100):
    keep = targets != ignore_index
    x = logits * keep.unsqueeze(-1)
    safe = torch.where(keep, targets, 0)
    nll = -x.log_softmax(-1).gather(-1, safe.unsqueeze(-1)).squeeze(-1)
    return nll.sum() / keep.sum()
