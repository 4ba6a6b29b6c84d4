# wrong: randomness|not-deterministic - dropout in the loss
import torch.nn.functional as F


def l1_loss(pred, target):
    return F.dropout(pred - target, p=0.1).abs().mean()
