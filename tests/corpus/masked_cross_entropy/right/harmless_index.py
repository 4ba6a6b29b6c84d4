# right: class 0 in place of the padding, and a mask afterwards
import torch


def masked_cross_entropy(logits, targets, ignore_index=-100):
    keep = targets != ignore_index
    safe = torch.where(keep, targets, 0)
    picked = logits.log_softmax(-1).gather(-1, safe.unsqueeze(-1)).squeeze(-1)
    return -(picked * keep).sum() / keep.sum()
