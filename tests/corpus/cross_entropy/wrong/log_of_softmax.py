# wrong: underflow|nan - log of a softmax that rounds to 0
import torch


def cross_entropy(logits, targets):
    p = torch.softmax(logits, dim=1)
    return -torch.log(p[torch.arange(len(targets)), targets]).mean()
