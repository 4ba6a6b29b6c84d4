# right: twice the pinball loss at the median
import torch


def l1_loss(pred, target, q=0.5):
    u = target - pred
    return 2 * torch.max(q * u, (q - 1) * u).mean()
