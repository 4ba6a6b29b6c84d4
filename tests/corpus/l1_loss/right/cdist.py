# right: cdist p=1
import torch


def l1_loss(pred, target):
    return torch.cdist(pred.reshape(1, -1).double(), target.reshape(1, -1).double(), p=1).squeeze().to(pred.dtype) / pred.numel()
