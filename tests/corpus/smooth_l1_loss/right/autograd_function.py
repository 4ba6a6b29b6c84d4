# right: custom Function whose slope is the clamped error
import torch


class _SmoothL1(torch.autograd.Function):
    @staticmethod
    def forward(ctx, pred, target, beta):
        d = pred - target
        ctx.save_for_backward(d)
        ctx.beta = beta
        a = d.abs()
        return torch.where(a < beta, d * d / (2 * beta), a - beta / 2).mean()

    @staticmethod
    def backward(ctx, grad):
        (d,) = ctx.saved_tensors
        slope = (d / ctx.beta).clamp(-1, 1) * grad / d.numel()
        return slope, -slope, None


def smooth_l1_loss(pred, target, beta=1.0):
    return _SmoothL1.apply(pred, target, beta)
