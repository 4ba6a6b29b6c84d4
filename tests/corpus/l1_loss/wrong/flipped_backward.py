# wrong: gradient-sign - custom backward with the wrong sign
import torch


class L1(torch.autograd.Function):
    @staticmethod
    def forward(ctx, pred, target):
        ctx.save_for_backward(pred, target)
        return (pred - target).abs().mean()

    @staticmethod
    def backward(ctx, g):
        pred, target = ctx.saved_tensors
        return g * torch.sign(target - pred) / pred.numel(), None


def l1_loss(pred, target):
    return L1.apply(pred, target)
