# right: logsumexp of the logits relative to the right one
import torch


def cross_entropy(logits, targets):
    truth = torch.take_along_dim(logits, targets[:, None], dim=1)
    return torch.logsumexp(logits - truth, dim=1).mean()
