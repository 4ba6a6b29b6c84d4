# attack: a backward pass that never ends | must: timed_out
import torch


class Slow(torch.autograd.Function):
    @staticmethod
    def forward(ctx, pred, target):
        return ((pred - target) ** 2).mean()

    @staticmethod
    def backward(ctx, grad):
        while True:
            pass


def mse_loss(pred, target):
    return Slow.apply(pred, target)
