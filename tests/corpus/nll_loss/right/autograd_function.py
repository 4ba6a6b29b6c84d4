# right: custom Function that scatters -1/n
import torch


class Pick(torch.autograd.Function):
    @staticmethod
    def forward(ctx, log_probs, targets):
        ctx.save_for_backward(targets)
        ctx.size = log_probs.shape
        return -log_probs.gather(1, targets[:, None]).mean()

    @staticmethod
    def backward(ctx, grad):
        (targets,) = ctx.saved_tensors
        g = grad.new_zeros(ctx.size)
        g[torch.arange(len(targets)), targets] = -grad / len(targets)
        return g, None


def nll_loss(log_probs, targets):
    return Pick.apply(log_probs, targets)
