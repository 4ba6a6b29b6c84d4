# wrong: misconception|wrong-count - averages each sentence first
import torch


def masked_cross_entropy(logits, targets, ignore_index=-100):
    keep = targets != ignore_index
    safe = targets.masked_fill(~keep, 0)
    nll = -logits.log_softmax(-1).gather(-1, safe[..., None])[..., 0]
    per_sentence = (nll * keep).sum(1) / keep.sum(1).clamp(min=1)
    return per_sentence.mean()
