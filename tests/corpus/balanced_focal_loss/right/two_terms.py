# right: both terms for every example, one of them switched off
import torch
from torch.nn.functional import logsigmoid


def balanced_focal_loss(logits, targets, alpha=0.25, gamma=2.0):
    p, q = torch.sigmoid(logits), torch.sigmoid(-logits)
    yes = alpha * q**gamma * logsigmoid(logits)
    no = (1 - alpha) * p**gamma * logsigmoid(-logits)
    return -(targets * yes + (1 - targets) * no).mean()
