# right: torch.where chooses the positive difference
import torch


def l1_loss(pred, target):
    return torch.where(pred > target, pred - target, target - pred).mean()
