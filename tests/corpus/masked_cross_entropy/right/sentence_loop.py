# right: sums and counts sentence by sentence
import torch


def masked_cross_entropy(logits, targets, ignore_index=-100):
    total, count = 0, 0
    for x, t in zip(logits, targets):
        use = (t != ignore_index).nonzero().squeeze(1)
        x, t = x[use], t[use]
        total = total + (x.logsumexp(1) - x.gather(1, t[:, None])[:, 0]).sum()
        count += len(use)
    return total / count
