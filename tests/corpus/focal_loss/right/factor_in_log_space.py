# right: the factor as exp of gamma times a log
from torch import *
from torch.nn.functional import softplus


def focal_loss(logits, targets, alpha=0.25, gamma=2.0):
    z = where(targets == 1, logits, -logits)
    return (alpha * exp(-gamma * softplus(z)) * softplus(-z)).mean()
