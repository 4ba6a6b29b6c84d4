# wrong: exception - view of a non-contiguous tensor
import torch


def masked_cross_entropy(logits, targets, ignore_index=-100):
    x = logits.view(-1, logits.size(-1))
    t = targets.view(-1)
    keep = t != ignore_index
    return -x[keep].log_softmax(1).gather(1, t[keep].unsqueeze(1)).mean()
