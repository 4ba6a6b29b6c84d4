# wrong: wrong-count - padding is in the denominator
import torch


def masked_cross_entropy(logits, targets, ignore_index=-100):
    keep = targets != ignore_index
    safe = targets.masked_fill(~keep, 0)
    nll = -logits.log_softmax(-1).gather(-1, safe[..., None])[..., 0]
    return (nll * keep).mean()
