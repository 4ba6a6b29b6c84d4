# wrong: gradient-wrong - custom backward returns sigmoid(x)/n
import torch
import torch.nn.functional as F


class Bce(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, t):
        ctx.save_for_backward(x)
        return (F.softplus(x) - t * x).mean()

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * torch.sigmoid(x) / len(x), None


def bce_with_logits(logits, targets):
    return Bce.apply(logits, targets)
