# wrong: underflow|nan - log of the softmax
import torch


def masked_cross_entropy(logits, targets, ignore_index=-100):
    keep = targets != ignore_index
    p = torch.softmax(logits[keep], dim=-1)
    return -p.gather(1, targets[keep].unsqueeze(1)).log().mean()
