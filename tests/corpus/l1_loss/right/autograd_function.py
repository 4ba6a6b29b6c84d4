# right: custom Function, sign of the error as slope
import torch
from torch.autograd import Function


class AbsoluteError(Function):
    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(torch.sign(a - b))
        return torch.mean(torch.abs(a - b))

    @staticmethod
    def backward(ctx, grad_output):
        (s,) = ctx.saved_tensors
        s = s * (grad_output / s.numel())
        return s, -s


def l1_loss(pred, target):
    return AbsoluteError.apply(pred, target)
