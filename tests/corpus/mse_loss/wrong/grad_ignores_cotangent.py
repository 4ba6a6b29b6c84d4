# wrong: gradient-scaled|gradient-wrong - backward ignores the incoming gradient
import torch


class G(torch.autograd.Function):
    @staticmethod
    def forward(ctx, p, t):
        ctx.save_for_backward(p, t)
        return ((p - t) ** 2).mean()
    @staticmethod
    def backward(ctx, g):
        p, t = ctx.saved_tensors
        return 2 * (p - t) / p.numel(), None
def mse_loss(pred, target):
    return G.apply(pred, target)
