# right: custom Function with gradient -p/n
import torch


class KL(torch.autograd.Function):
    @staticmethod
    def forward(ctx, log_q, p):
        ctx.save_for_backward(p)
        return (torch.special.xlogy(p, p) - p * log_q).sum(1).mean()

    @staticmethod
    def backward(ctx, grad):
        (p,) = ctx.saved_tensors
        return -grad * p / len(p), None


def kl_divergence(log_probs, target_probs):
    return KL.apply(log_probs, target_probs)
