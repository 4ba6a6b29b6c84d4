# right: boolean indexing, then plain cross entropy by hand
import torch


def masked_cross_entropy(logits, targets, ignore_index=-100):
    keep = targets != ignore_index
    logp = torch.log_softmax(logits[keep], dim=-1)
    t = targets[keep]
    return -logp[torch.arange(len(t)), t].mean()
