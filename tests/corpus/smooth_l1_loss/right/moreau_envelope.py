# right: splits the error into a clamped part and a rest
import torch


def smooth_l1_loss(pred, target, beta=1.0):
    d = pred - target
    core = torch.clamp(d, -beta, beta)
    rest = d - core
    return (core**2 / (2 * beta) + rest.abs()).mean()
