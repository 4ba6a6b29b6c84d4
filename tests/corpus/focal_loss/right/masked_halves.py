# right: positives and negatives by boolean indexing
import torch
from torch.nn.functional import logsigmoid


def focal_loss(logits, targets, alpha=0.25, gamma=2.0):
    def total(z):
        return (torch.sigmoid(-z).pow(gamma) * logsigmoid(z)).sum()

    yes = targets.bool()
    return -alpha * (total(logits[yes]) + total(-logits[~yes])) / len(logits)
