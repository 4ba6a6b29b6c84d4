# right: boolean indexing
import torch


def smooth_l1_loss(pred, target, beta=1.0):
    d = (pred - target).abs()
    out = torch.empty_like(d)
    s = d < beta
    out[s] = d[s] ** 2 / (2 * beta)
    out[~s] = d[~s] - beta / 2
    return out.mean()
