# wrong: wrong-count - divides by batch
import torch


def masked_cross_entropy(logits, targets, ignore_index=-100):
    k = targets != ignore_index
    lp = torch.log_softmax(logits[k], -1)
    return -lp[torch.arange(len(lp)), targets[k]].sum() / len(targets)
