# right: custom Function, zero gradient for the padding
import torch


class MaskedCE(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, targets, ignore_index):
        keep = targets.ne(ignore_index)
        logp = logits.log_softmax(-1)
        index = targets.masked_fill(~keep, 0).unsqueeze(-1)
        count = keep.sum()
        ctx.save_for_backward(logp, index, keep, count)
        return -logp.gather(-1, index).squeeze(-1)[keep].sum() / count

    @staticmethod
    def backward(ctx, grad):
        logp, index, keep, count = ctx.saved_tensors
        g = logp.exp()
        g.scatter_add_(-1, index, -torch.ones_like(g))
        return grad * g * keep.unsqueeze(-1) / count, None, None


def masked_cross_entropy(logits, targets, ignore_index=-100):
    return MaskedCE.apply(logits, targets, ignore_index)
