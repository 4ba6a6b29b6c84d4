# right: the logit of the truth, sigmoid of its negative
import torch
import torch.nn.functional as F


def focal_loss(logits, targets, alpha=0.25, gamma=2.0):
    z = (2 * targets - 1) * logits
    return alpha * (torch.sigmoid(-z) ** gamma * -F.logsigmoid(z)).mean()
