# right: vmap over the examples
import torch


def cross_entropy(logits, targets):
    def example(x, t):
        return x.logsumexp(0) - x.index_select(0, t.reshape(1)).sum()

    return torch.vmap(example)(logits, targets).mean()
