# wrong: missing-softmax - picks the raw logits
import torch.nn.functional as F


def cross_entropy(logits, targets):
    return F.nll_loss(logits, targets)
