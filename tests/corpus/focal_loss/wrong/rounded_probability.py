# wrong: underflow|nan - log of sigmoid
import torch


def focal_loss(logits, targets, alpha=0.25, gamma=2.0):
    p = torch.sigmoid(logits)
    pt = torch.where(targets == 1, p, 1 - p)
    return -(alpha * (1 - pt) ** gamma * torch.log(pt)).mean()
