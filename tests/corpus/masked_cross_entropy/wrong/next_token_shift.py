# wrong: off-by-one|misconception - predicts the next token though nothing is shifted
import torch


def masked_cross_entropy(logits, targets, ignore_index=-100):
    x, t = logits[:, :-1], targets[:, 1:]
    keep = t != ignore_index
    logp = x[keep].log_softmax(-1)
    return -logp.gather(1, t[keep].unsqueeze(1)).mean()
