# wrong: forbidden - forbidden by getattr on torch
import torch


def smooth_l1_loss(pred, target, beta=1.0):
    return getattr(torch._C._nn, "huber" + "_loss")(pred, target, 1, beta) / beta
