# wrong: forbidden - BCEWithLogitsLoss takes pos_weight itself
from torch import nn


class Criterion(nn.Module):
    def __init__(self, weight):
        super().__init__()
        self.inner = nn.BCEWithLogitsLoss(pos_weight=weight)

    def forward(self, x, t):
        return self.inner(x, t)


def multilabel_loss(logits, targets, pos_weight=None):
    return Criterion(pos_weight)(logits, targets)
