# wrong: forbidden - smooth_l1_loss from torch.ops
import torch

_op = torch.ops.aten.smooth_l1_loss


def smooth_l1_loss(pred, target, beta=1.0):
    return _op(pred, target, 1, beta)
