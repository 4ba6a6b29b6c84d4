# wrong: permuted - logits reshaped with axes mixed up
import torch


def masked_cross_entropy(logits, targets, ignore_index=-100):
    lo = logits.transpose(0, 1).reshape(-1, logits.shape[-1])
    ta = targets.reshape(-1)
    k = ta != ignore_index
    return -lo[k].log_softmax(-1)[torch.arange(int(k.sum())), ta[k]].mean()
