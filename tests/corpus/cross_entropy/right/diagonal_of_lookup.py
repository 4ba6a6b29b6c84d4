# right: columns by target, then the diagonal
from torch import *


def cross_entropy(logits, targets):
    table = log_softmax(logits, 1).index_select(1, targets)
    return -diagonal(table).mean()
