# wrong: misconception|some-rows - forgets the second term, negatives cost nothing
from torch.nn.functional import logsigmoid


def bce_with_logits(logits, targets):
    return -(targets * logsigmoid(logits)).mean()
