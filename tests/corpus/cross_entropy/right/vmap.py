# right: vmap
import torch


def cross_entropy(logits, targets):
    def one(row, t):
        return torch.logsumexp(row, 0) - row.gather(0, t[None])[0]
    return torch.vmap(one)(logits, targets).mean()
