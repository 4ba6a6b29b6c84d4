# right: one example at a time
import torch.nn.functional as F


def bce_with_logits(logits, targets):
    n = len(logits)
    losses = []
    for x, t in zip(logits, targets):
        losses.append(-F.logsigmoid(x) if t == 1 else -F.logsigmoid(-x))
    return sum(losses) / n
