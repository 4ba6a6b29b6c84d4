# wrong: hard-coded|constant - always log 2, the loss of an undecided model
import math


def bce_with_logits(logits, targets):
    return (0 * logits + math.log(2)).mean()
