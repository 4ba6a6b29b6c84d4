# wrong: double-sigmoid - squashes the logits before logsigmoid does
import torch
import torch.nn.functional as F


def bce_with_logits(logits, targets):
    p = torch.sigmoid(logits)
    return -(targets * F.logsigmoid(p) + (1 - targets) * F.logsigmoid(-p)).mean()
