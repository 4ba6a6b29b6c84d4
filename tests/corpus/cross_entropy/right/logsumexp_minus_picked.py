# right: logsumexp of each row less the picked logit
import torch


def cross_entropy(logits, targets):
    rows = torch.arange(logits.shape[0])
    return (torch.logsumexp(logits, dim=1) - logits[rows, targets]).mean()
