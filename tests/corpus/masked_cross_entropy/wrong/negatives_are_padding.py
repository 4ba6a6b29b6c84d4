# wrong: argument-ignored|misconception - ignores what is below 0
import torch


def masked_cross_entropy(logits, targets, ignore_index=-100):
    keep = targets >= 0
    logp = logits[keep].log_softmax(-1)
    return -logp.gather(1, targets[keep].unsqueeze(1)).mean()
