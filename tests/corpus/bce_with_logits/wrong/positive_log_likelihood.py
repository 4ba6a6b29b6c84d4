# wrong: sign - the minus is missing
from torch.nn.functional import logsigmoid


def bce_with_logits(logits, targets):
    return (targets * logsigmoid(logits) + (1 - targets) * logsigmoid(-logits)).mean()
