# right: functools.reduce of logaddexp
import torch


import functools
def cross_entropy(logits, targets):
    lse = functools.reduce(torch.logaddexp, logits.unbind(1))
    return (lse - torch.take_along_dim(logits, targets[:, None], 1)[:, 0]).mean()
