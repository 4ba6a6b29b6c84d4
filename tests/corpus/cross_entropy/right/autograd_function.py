# right: custom Function, softmax minus one-hot
import torch


class SoftmaxCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, t):
        logp = torch.log_softmax(x, 1)
        ctx.save_for_backward(logp, t)
        return -logp.gather(1, t.unsqueeze(1)).mean()

    @staticmethod
    def backward(ctx, grad):
        logp, t = ctx.saved_tensors
        p = logp.exp()
        p[torch.arange(len(t)), t] -= 1
        return grad * p / len(t), None


def cross_entropy(logits, targets):
    return SoftmaxCrossEntropy.apply(logits, targets)
