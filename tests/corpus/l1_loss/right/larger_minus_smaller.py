# right: elementwise maximum minus minimum
import torch


def l1_loss(pred, target):
    gap = torch.maximum(pred, target) - torch.minimum(pred, target)
    return gap.sum() / gap.numel()
