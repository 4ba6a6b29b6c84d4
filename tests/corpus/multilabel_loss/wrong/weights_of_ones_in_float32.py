# wrong: dtype - default weights are float32 and promote bfloat16
import torch
from torch.nn.functional import logsigmoid


def multilabel_loss(logits, targets, pos_weight=None):
    if pos_weight is None:
        pos_weight = torch.ones(logits.shape[1])
    return -(pos_weight * targets * logsigmoid(logits) + (1 - targets) * logsigmoid(-logits)).mean()
