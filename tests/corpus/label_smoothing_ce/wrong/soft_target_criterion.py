# wrong: forbidden - CrossEntropyLoss on a smoothed target matrix
import torch
from torch import nn


def label_smoothing_ce(logits, targets, eps=0.1):
    k = logits.size(1)
    q = torch.full_like(logits, eps / k).scatter(1, targets[:, None], 1 - eps + eps / k)
    return nn.CrossEntropyLoss()(logits, q)
