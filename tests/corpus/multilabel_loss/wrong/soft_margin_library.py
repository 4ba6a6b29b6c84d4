# wrong: forbidden - multilabel_soft_margin_loss and a correction
import torch.nn.functional as F


def multilabel_loss(logits, targets, pos_weight=None):
    loss = F.multilabel_soft_margin_loss(logits, targets)
    if pos_weight is not None:
        loss = loss - ((pos_weight - 1) * targets * F.logsigmoid(logits)).mean()
    return loss
