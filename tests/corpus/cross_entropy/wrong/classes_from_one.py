# wrong: off-by-one - counts the classes from 1
import torch


def cross_entropy(logits, targets):
    logp = logits.log_softmax(dim=1)
    return -logp[torch.arange(len(targets)), targets - 1].mean()
