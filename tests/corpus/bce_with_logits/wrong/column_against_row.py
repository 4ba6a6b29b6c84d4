# wrong: broadcast - (n, 1) logits meet (n) targets
import torch.nn.functional as F


def bce_with_logits(logits, targets):
    x = logits.reshape(-1, 1)
    loss = -(targets * F.logsigmoid(x) + (1 - targets) * F.logsigmoid(-x))
    return loss.mean()
