# right: custom Function with its own backward
import torch


class SquaredError(torch.autograd.Function):
    @staticmethod
    def forward(ctx, pred, target):
        diff = pred - target
        ctx.save_for_backward(diff)
        return (diff * diff).mean()

    @staticmethod
    def backward(ctx, grad):
        (diff,) = ctx.saved_tensors
        g = grad * 2 * diff / diff.numel()
        return g, -g


def mse_loss(pred, target):
    return SquaredError.apply(pred, target)
