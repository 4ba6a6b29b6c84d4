# wrong: dtype - a float32 mask promotes bfloat16
import torch


def masked_cross_entropy(logits, targets, ignore_index=-100):
    mask = (targets != ignore_index).float()
    safe = targets.masked_fill(mask == 0, 0)
    nll = -logits.log_softmax(-1).gather(-1, safe.unsqueeze(-1)).squeeze(-1)
    return (nll * mask).sum() / mask.sum()
