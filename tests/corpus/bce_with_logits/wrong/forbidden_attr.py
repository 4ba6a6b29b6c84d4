# wrong: forbidden - forbidden by operator.attrgetter
import torch
from torch import nn


import operator
def bce_with_logits(logits, targets):
    return operator.attrgetter("nn.functional.binary_cross_entropy_with_logits")(torch)(logits, targets)
