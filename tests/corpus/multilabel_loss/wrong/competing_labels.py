# wrong: misconception|other - softmax over the labels
import torch


def multilabel_loss(logits, targets, pos_weight=None):
    w = 1 if pos_weight is None else pos_weight
    logp = torch.log_softmax(logits, dim=1)
    return -(w * targets * logp).mean()
