# wrong: gradient-wrong - gradient spread to the entire row
import torch


class N(torch.autograd.Function):
    @staticmethod
    def forward(ctx, lp, t):
        ctx.save_for_backward(lp, t)
        return -lp.gather(1, t[:, None]).mean()
    @staticmethod
    def backward(ctx, g):
        lp, t = ctx.saved_tensors
        return (-g / lp.numel()).expand_as(lp).clone(), None
def nll_loss(log_probs, targets):
    return N.apply(log_probs, targets)
