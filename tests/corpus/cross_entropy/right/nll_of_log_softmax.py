# right: the two library halves
from torch import nn


def cross_entropy(logits, targets):
    return nn.NLLLoss()(nn.LogSoftmax(dim=1)(logits), targets)
