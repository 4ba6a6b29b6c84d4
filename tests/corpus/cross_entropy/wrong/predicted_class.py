# wrong: misconception|argument-ignored - scores the argmax, not the target
import torch


def cross_entropy(logits, targets):
    logp = torch.log_softmax(logits, dim=1)
    return -logp.max(dim=1).values.mean()
