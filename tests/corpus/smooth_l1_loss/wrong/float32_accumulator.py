# wrong: dtype - the running total starts as float32 and stays so for bfloat16
import torch


def smooth_l1_loss(pred, target, beta=1.0):
    total = torch.tensor(0.0)
    for d in (pred - target).reshape(-1):
        a = d.abs()
        total = total + (a * a / (2 * beta) if a < beta else a - beta / 2)
    return total / pred.numel()
