# wrong: forbidden - the answer by another name
from torch.nn import functional

_loss = functional.cross_entropy


def cross_entropy(logits, targets):
    return _loss(logits, targets)
