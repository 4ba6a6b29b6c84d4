# right: fills an empty tensor through two masks
import torch


def smooth_l1_loss(pred, target, beta: float = 1.0):
    d = pred - target
    small = d.abs() < beta
    out = torch.empty_like(d)
    out[small] = d[small] ** 2 / (2 * beta)
    out[~small] = d[~small].abs() - beta / 2
    return out.mean()
