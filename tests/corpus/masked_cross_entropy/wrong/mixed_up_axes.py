# wrong: transposed|permuted - moves the classes to axis 1, then flattens as if they were last
import torch


def masked_cross_entropy(logits, targets, ignore_index=-100):
    flat = logits.transpose(1, 2).reshape(-1, logits.size(-1))
    t = targets.flatten()
    keep = t != ignore_index
    return -flat[keep].log_softmax(1).gather(1, t[keep].unsqueeze(1)).mean()
