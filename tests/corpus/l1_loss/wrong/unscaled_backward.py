# wrong: gradient-scaled - custom backward forgets 1/N
import torch


class MeanAbs(torch.autograd.Function):
    @staticmethod
    def forward(ctx, error):
        ctx.save_for_backward(error)
        return error.abs().mean()

    @staticmethod
    def backward(ctx, g):
        (error,) = ctx.saved_tensors
        return g * error.sign()


def l1_loss(pred, target):
    return MeanAbs.apply(pred - target)
