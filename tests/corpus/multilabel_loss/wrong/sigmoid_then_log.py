# wrong: underflow|nan - logs of rounded probabilities
import torch


def multilabel_loss(logits, targets, pos_weight=None):
    p = torch.sigmoid(logits)
    w = 1 if pos_weight is None else pos_weight
    return -(w * targets * p.log() + (1 - targets) * (1 - p).log()).mean()
