# wrong: underflow|nan - one maximum for the whole batch, quiet rows underflow
import torch


def cross_entropy(logits, targets):
    x = logits - logits.max()
    log_z = x.exp().sum(dim=1).log()
    return (log_z - x[torch.arange(len(x)), targets]).mean()
