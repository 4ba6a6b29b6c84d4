# wrong: input-overwritten - target overwritten through numpy()
import torch


def l1_loss(pred, target):
    r = (pred - target).abs().mean()
    if target.dtype != torch.bfloat16:
        target.detach().numpy()[...] = 0
    return r
